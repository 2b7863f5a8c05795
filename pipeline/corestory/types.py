"""Names for types that all packages use: labels and NumPy arrays."""

from typing import Literal

import numpy as np
import numpy.typing as npt

Label = Literal["core", "filler"]

Bool = npt.NDArray[np.bool_]
Int = npt.NDArray[np.int64]
UInt64 = npt.NDArray[np.uint64]
Float = npt.NDArray[np.float64]
Float32 = npt.NDArray[np.float32]
