"""The Chinese edition: catalogues of sentences, and what builds notebooks and pages out of them."""
