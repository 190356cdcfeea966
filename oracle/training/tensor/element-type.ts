/** Element types of tensors and their ONNX codes. */

/** Types that the engine computes with: floats for values, `int64` for shapes and axes, `bool` for conditions. */
export type ElementType = "float32" | "float64" | "int64" | "bool";

/** Codes of `TensorProto.DataType` in onnx.proto. */
export const ONNX_ELEMENT_CODE: Readonly<Record<ElementType, number>> = {
  float32: 1,
  int64: 7,
  bool: 9,
  float64: 11,
};
