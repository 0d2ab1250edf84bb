"""How a test is split into two programs, step by step; `homework.split` begins."""
