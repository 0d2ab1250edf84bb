"""The lessons' quizzes in a form that a platform can mark, for Moodle (GIFT) and for what reads QTI 2.1.

The questions and their answers stand in the notebooks, for people. `NN.toml` says for each question of lesson
NN what a machine needs: the form, the right choices, the wrong ones, and what to tell who takes a wrong one.

    [[question]]
    number = 2                  # as in the notebook
    begins = "Which of these"   # the first words of the notebook's question
    digest = "0f1e2d3c4b5a"     # of the notebook's question and answer: it changes when they do
    form = "one"                # or "several", or "number" with a `tolerance`
    ask = "Which reason is right?"      # if need be: a sentence below the notebook's question
    right = "It adds up"        # a list for "several", a number for "number"
    wrong = [["It divides", "That is the mean."]]       # what is wrong, and why

Choices are markdown with `code` and $formulas$.
"""
