"""What the errors of Python and PyTorch mean that answers run into most often."""

from __future__ import annotations

import re

# (what the error's text begins with or holds, as a regular expression; what it means and what to do)
HINTS = (
    (
        r"The size of tensor a .* must match the size of tensor b",
        "Two tensors were combined number by number, and their shapes do not fit. Print both "
        "shapes; they are compared from the right. Perhaps an axis of length 1 is missing (x[:,"
        " None]), or a sum lost one (keepdim=True).",
    ),
    (
        r"shapes? cannot be multiplied|size mismatch, got|"
        r"inconsistent tensor size, expected tensor|"
        r"Expected size for first two dimensions of batch2|vector and vector expected|"
        r"matrices expected|1D tensors expected|"
        r"to matmul need to be at least 1D|contracted dimensions need to match",
        "A matrix product a @ b needs the last axis of a to be as long as the last axis but one"
        " of b. Print both shapes: one of the two may have to be turned (.T), or they stand in "
        "the wrong order.",
    ),
    (
        r"shape '.*' is invalid for input of size",
        "reshape and view keep the number of numbers: the product of the new lengths must be "
        "what it was before. Print the shape before that line.",
    ),
    (
        r"view size is not compatible|view\(\) .*stride",
        "After permute, .T or a step the numbers do not lie in order in memory: view cannot do "
        "it. Use reshape.",
    ),
    (
        r"more than one element of the written-to tensor refers to a single memory location",
        "expand and unfold give views in which several places are one number in memory. Make a "
        "copy (.clone()) before you write into it.",
    ),
    (
        r"step must be greater than zero|slice step must be positive|negative step",
        "A tensor cannot be sliced backwards. Turn it round with .flip(dim).",
    ),
    (
        r"slice step cannot be zero|range\(\) arg 3 must not be zero",
        "A step of 0 never gets on. Where does that step come from?",
    ),
    (
        r"Boolean value of Tensor with more than one value is ambiguous|"
        r"truth value of an array with more than one element",
        "`if`, `and`, `or`, `not`, max() and min() want one truth value, and there is a whole "
        "tensor. Use torch.where, the signs & | ~, torch.maximum, or .any() and .all().",
    ),
    (
        r"a leaf Variable that requires grad is being used in an in-place operation|"
        r"a view of a leaf Variable that requires grad is being used in an in-place operation",
        "A tensor whose gradient is asked for is changed in place. Give back a new tensor; a "
        "parameter is changed only inside `with torch.no_grad():`.",
    ),
    (
        r"modified by an inplace operation",
        "Something that the gradient still needs was overwritten (+=, *=, x[…] = …, a name with"
        " an underscore at its end). Make a new tensor instead.",
    ),
    (
        r"does not require grad and does not have a grad_fn",
        "The graph is cut before the loss: no_grad, detach, .data, .item(), torch.tensor(…) or "
        "NumPy on the way; or no input has requires_grad.",
    ),
    (
        r"backward through the graph a second time",
        "backward frees what the graph had kept. Compute the loss anew before each backward; "
        "what is carried from step to step may need a detach().",
    ),
    (
        r"grad can be implicitly created only for scalar outputs",
        "backward starts from one number: take the mean or the sum of the losses first.",
    ),
    (
        r"appears to not have been used in the graph",
        "The result does not depend on that tensor: the graph was cut, or the input is not used.",
    ),
    (
        r"to have same dtype|"
        r"expected scalar type|must have the same dtype|Found dtype|to have the same dtype|"
        r"Input type .* and (weight|bias) type|same data type|expected m1 and m2|dtypes? match",
        "float32 and float64 (or whole numbers and floats) meet in one operation. Make new "
        "tensors in the dtype of the input: zeros_like(x), x.new_zeros(…), dtype=x.dtype.",
    ),
    (
        r"can't be cast to the desired output type",
        "The result of an in-place operation must fit the dtype that is there: a float does not"
        " fit into whole numbers. Convert first, or make a new tensor.",
    ),
    (
        r"could not infer output dtype|[Oo]nly (floating[- ]point|Tensors of floating point)|"
        r"Input dtype must be either a floating|not implemented for '(Long|Byte|Int|Bool)'|"
        r"floating point or complex dtype|floating point type",
        "This operation is for floats, and there are whole numbers (or truth values). Convert "
        "with .float() first.",
    ),
    (
        r"Subtraction, the `-` operator, with (two )?(a )?bool",
        "Truth values cannot be subtracted. Turn a mask round with ~mask; for numbers 0 and 1 "
        "convert it first.",
    ),
    (
        r"Dimension out of range",
        "There is no axis of that number. Print the shape: perhaps an axis got lost before (a "
        "sum, an index).",
    ),
    (
        r"The expanded size of the tensor|doesn't match the broadcast shape|shape mismatch: ",
        "What is written into a place, or expanded, does not have the shape of that place. Print both "
        "shapes.",
    ),
    (
        r"appears multiple times in the list of dims|repeated axis|repeated dim|"
        r"duplicate dims|[Dd]uplicate dim",
        "The same axis is named twice. How many axes does the tensor have?",
    ),
    (
        r"slice indices must be integers|cannot be interpreted as an integer",
        "Positions and lengths are whole numbers: divide with //, or use int().",
    ),
    (
        r"where expected condition to be a boolean|\(operator\.invert\)|bitwise_not",
        "Truth values are wanted here: compare first (x > 0), which gives a mask.",
    ),
    (
        r"At least one of 'min' or 'max' must not be None",
        "clamp wants at least one limit: min= or max=.",
    ),
    (
        r"setStorage|Storage size calculation overflowed|are out of bounds for storage",
        "The view reaches past the end of the memory. Which length belongs to which stride, and how many "
        "windows fit?",
    ),
    (
        r"too many indices for (tensor|array)",
        "There are more indices in the brackets than the tensor has axes. Print its shape.",
    ),
    (
        r"Class values must be|Target \S+ is out of bounds",
        "The labels must be whole numbers from 0 to the number of classes - 1.",
    ),
    (
        r"out of bounds|index out of range|out of range in self|list index out of range",
        "An index is too large: counting begins at 0, and the last one is the length - 1. Which"
        " length did you use?",
    ),
    (
        r"tensors used as indices must be|[Ee]xpected dtype .*int64 for index|"
        r"Expected tensor for argument #1 'indices'|only integer tensors of a single element|"
        r"index .* must be .*int64|expected scalar type Long|"
        r"one_hot is only applicable",
        "Positions must be whole numbers: convert them with .long().",
    ),
    (
        r"only (one element tensors|Tensors of one element)|"
        r"only one element tensors can be converted|"
        r"a Tensor with \d+ elements cannot be converted to Scalar|only length-1 arrays",
        "One number is wanted, and there are several. Is a sum or a mean missing?",
    ),
    (
        r"stack expects each tensor to be equal size|"
        r"Sizes of tensors must match except in dimension|"
        r"zero-dimensional tensor .* cannot be concatenated",
        "The tensors that are put together differ in shape (or are single numbers, which only "
        "stack takes). Print the shape of each.",
    ),
    (
        r"expected a non-empty list of Tensors|expects a non-empty TensorList",
        "The list is empty: the loop that fills it did not run once.",
    ),
    (
        r"Can't call numpy\(\) on Tensor that requires grad",
        "Nothing here needs NumPy; where it does, detach() comes first.",
    ),
    (
        r"3D or 4D|must be a 3D tensor|Expected .*(3D|4D|2D|3-dimensional|4-dimensional|2-dimensional)",
        "That operation wants another number of axes. Print the shape: perhaps the axis of the "
        "batch or of the channels is missing.",
    ),
    (
        r"weight of size .*, expected input.* to have \d+ channels|Given groups=",
        "The number of channels that come in is not the one that the weights are made for. With"
        " groups each filter sees C / groups channels.",
    ),
    (
        r"einsum\(\)",
        "The letters of einsum must fit the tensors: one letter for each axis, the same letter "
        "for the same length.",
    ),
    (
        r"before Module\.__init__\(\) call",
        "The first line of a network's __init__ must be super().__init__().",
    ),
    (
        r"^NameError|^UnboundLocalError",
        "That name has no value yet at this line. Is it spelled as above? Is it set in every "
        "case, and before it is used? What stands in a cell further down does not count.",
    ),
    (
        r"'NoneType' object|: 'NoneType'|NoneType",
        "Something is None, which means that nothing came back. Does each of your functions end"
        " with `return`? A gradient is None until backward has run.",
    ),
    (
        r"positional arguments? but|required positional argument|unexpected keyword argument|"
        r"multiple values for argument",
        "A function is called with other arguments than it has. Keep the arguments of the "
        "functions as they were handed out, and look at the call in the line above.",
    ),
    (
        r"'(float|int|bool)' object has no attribute|"
        r"argument 'input' \(position 1\) must be Tensor",
        "A plain number stands where a tensor is wanted. Did .item(), float() or int() come too early?",
    ),
    (
        r"object is not subscriptable|unsupported operand type|object is not iterable|"
        r"object of type '.*' has no len",
        "Something is of another kind than this line takes it for. Print its type just before.",
    ),
    (
        r"^AttributeError",
        "Something has no part or method of that name. Print its type just before; is the name spelled "
        "right?",
    ),
    (
        r"object is not callable",
        "Brackets stand behind something that is no function; often a name was used for a value"
        " and for a function.",
    ),
    (
        r"not enough values to unpack|too many values to unpack|cannot unpack non-iterable",
        "On the left of = stand more or fewer names than values on the right. Print what comes "
        "from the right.",
    ),
    (
        r"(division|modulo) by zero",
        "Something is divided by 0: which length or count is 0 here?",
    ),
    (
        r"^RecursionError",
        "A function calls itself without an end.",
    ),
    (
        r"^(IndentationError|TabError|SyntaxError)",
        "Python cannot read the cell. Run it in the notebook: the place is marked there.",
    ),
    (
        r"^KeyError",
        "There is no such key. Print the keys of the dictionary.",
    ),
)


def hint_for(told: str) -> str | None:
    """What an error means, and what to do; None when it is none that is known.

    Args:
        told: the error as a student reads it: "RuntimeError: The size of tensor a (3) must match …".
    """
    return next((hint for pattern, hint in HINTS if re.search(pattern, told)), None)
