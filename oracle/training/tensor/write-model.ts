/** Turns a symbolic graph into an ONNX model, byte for byte reproducible. */
import { PlimsollError } from "../../domain/errors.ts";
import {
  encodeModel,
  graphAttribute,
  type OnnxGraph,
  type OnnxNode,
  type OnnxTensor,
  type OnnxValueInfo,
  tensorAttribute,
} from "./onnx-messages.ts";
import type { Operation, ScanBody, Tensor } from "./operation.ts";
import { elementCount } from "./shape.ts";
import { topologicalOrder } from "./topology.ts";

/** An output with the name under which it is fetched. */
export interface NamedTensor {
  readonly name: string;
  readonly tensor: Tensor;
}

/** What a model file is made from. */
export interface ModelDescription {
  readonly name: string;
  /** Tensors fed at run time, made by `input()`. */
  readonly inputs: readonly Tensor[];
  readonly outputs: readonly NamedTensor[];
  /** Trained values of `input()` tensors that become constants of the file. */
  readonly weights?: ReadonlyMap<Tensor, ArrayLike<number>>;
  /** Key-value pairs stored in the file. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/** Constants up to this many elements are shared when equal; larger ones are shared only when they are the same node. */
const SHARED_CONSTANT_LIMIT = 16;

/**
 * Writes an ONNX model (opset 17, IR 8). Equal subgraphs are written once; the bytes depend only on the description.
 *
 * @throws PlimsollError `MODEL_UNBOUND_INPUT` when an output reads an input that is neither listed nor given values;
 * `TENSOR_DYNAMIC_SHAPE` for weights without a fixed shape.
 */
export function writeModel(description: ModelDescription): Uint8Array {
  const writer = new GraphWriter("");
  for (const tensor of description.inputs) writer.bind(tensor, tensor.operation.name);
  for (const [tensor, values] of description.weights ?? []) writer.bindWeights(tensor, values);
  const graph = writer.graph({ name: description.name, inputs: description.inputs, outputs: description.outputs });
  return encodeModel(graph, description.metadata ?? {});
}

interface GraphDescription {
  readonly name: string;
  readonly inputs: readonly Tensor[];
  readonly outputs: readonly NamedTensor[];
}

/** Collects the nodes of one graph; bodies of loops get a writer of their own with another name prefix. */
class GraphWriter {
  readonly #prefix: string;
  readonly #names = new Map<Tensor, string>();
  readonly #shared = new Map<string, readonly string[]>();
  readonly #nodes: OnnxNode[] = [];
  readonly #initializers: OnnxTensor[] = [];
  #count = 0;

  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  /** Gives a tensor a name that exists already. */
  bind(tensor: Tensor, name: string): void {
    this.#names.set(tensor, name);
  }

  /** Writes trained values under the name of their input. */
  bindWeights(tensor: Tensor, values: ArrayLike<number>): void {
    const dims = tensor.shape.map(Number);
    elementCount(tensor.shape);
    this.#initializers.push({ name: tensor.operation.name, type: tensor.type, dims, values });
    this.bind(tensor, tensor.operation.name);
  }

  graph({ name, inputs, outputs }: GraphDescription): OnnxGraph {
    for (const operation of topologicalOrder(outputs.map(({ tensor }) => tensor))) this.#write(operation);
    for (const output of outputs) this.#writeIdentity(output);
    const valueInfo = (tensor: Tensor, label: string): OnnxValueInfo => ({
      name: label,
      type: tensor.type,
      shape: tensor.shape,
    });
    return {
      name,
      nodes: this.#nodes,
      initializers: this.#initializers,
      inputs: inputs.map((tensor) => valueInfo(tensor, this.#nameOf(tensor))),
      outputs: outputs.map(({ name: label, tensor }) => valueInfo(tensor, label)),
    };
  }

  #write(operation: Operation): void {
    if (operation.kind === "Input") {
      this.#requireBound(operation);
      return;
    }
    const inputs = operation.inputs.map((tensor) => this.#nameOf(tensor));
    const key = shareKey(operation, inputs);
    const existing = key === null ? undefined : this.#shared.get(key);
    const names = existing ?? operation.outputs.map(() => this.#freshName());
    operation.outputs.forEach((tensor, index) => {
      this.bind(tensor, names[index] ?? "");
    });
    if (existing !== undefined) return;
    if (key !== null) this.#shared.set(key, names);
    this.#writeNew(operation, { inputs, outputs: names });
  }

  #writeNew(
    operation: Operation,
    { inputs, outputs }: { inputs: readonly string[]; outputs: readonly string[] },
  ): void {
    const label = outputs[0] ?? "";
    if (operation.values !== null) {
      const [tensor] = operation.outputs;
      this.#initializers.push({
        name: label,
        type: tensor?.type ?? "float32",
        dims: (tensor?.shape ?? []).map(Number),
        values: operation.values,
      });
      return;
    }
    this.#nodes.push({
      opType: operation.kind,
      name: `node_${label}`,
      inputs: operation.body === null ? inputs : inputs.slice(0, inputs.length - operation.body.captures.length),
      outputs,
      attributes: operation.attributes,
      encodedAttributes: this.#encodedAttributes(operation, inputs),
    });
  }

  #encodedAttributes(operation: Operation, inputs: readonly string[]): readonly Uint8Array[] {
    const type = operation.outputs[0]?.type ?? "float32";
    if (operation.kind === "ConstantOfShape")
      return [tensorAttribute("value", { name: "", type, dims: [1], values: [0] })];
    return operation.body === null ? [] : [graphAttribute("body", this.#bodyGraph(operation.body, inputs))];
  }

  #bodyGraph(body: ScanBody, outerNames: readonly string[]): OnnxGraph {
    const prefix = `${this.#prefix}s${this.#count}_`;
    const writer = new GraphWriter(prefix);
    const bodyInputs = [...body.states, ...body.slices];
    bodyInputs.forEach((tensor, index) => {
      writer.bind(tensor, `${prefix}in${index}`);
    });
    body.captures.forEach((tensor, index) => {
      writer.bind(tensor, outerNames[bodyInputs.length + index] ?? "");
    });
    const outputs = [...body.nextStates, ...body.emitted];
    const named = outputs.map((tensor, index) => ({ name: `${prefix}out${index}`, tensor }));
    return writer.graph({ name: `${prefix}body`, inputs: bodyInputs, outputs: named });
  }

  /** Every output goes through an Identity, so that a tensor may be fetched twice or be an input itself. */
  #writeIdentity({ name, tensor }: NamedTensor): void {
    const node = { opType: "Identity", name: `node_${name}`, attributes: {}, encodedAttributes: [] };
    this.#nodes.push({ ...node, inputs: [this.#nameOf(tensor)], outputs: [name] });
  }

  #nameOf(tensor: Tensor): string {
    const name = this.#names.get(tensor);
    if (name !== undefined) return name;
    throw unboundInput(tensor.operation);
  }

  #requireBound(operation: Operation): void {
    if (!operation.outputs.some((tensor) => this.#names.has(tensor))) throw unboundInput(operation);
  }

  #freshName(): string {
    this.#count += 1;
    return `${this.#prefix}t${this.#count}`;
  }
}

/** Key under which equal operations are one; `null` for those that are never shared. */
function shareKey(operation: Operation, inputs: readonly string[]): string | null {
  if (operation.body !== null) return null;
  const values = operation.values;
  if (values !== null && values.length > SHARED_CONSTANT_LIMIT) return null;
  const [output] = operation.outputs;
  const literal = values === null ? "" : Array.from(values, (value) => (Object.is(value, -0) ? "-0" : String(value)));
  return JSON.stringify([operation.kind, inputs, operation.attributes, literal, output?.type, values && output?.shape]);
}

function unboundInput(operation: Operation): PlimsollError<"MODEL_UNBOUND_INPUT"> {
  return new PlimsollError({
    code: "MODEL_UNBOUND_INPUT",
    problem: `Input "${operation.name}" is read but neither fed nor given values.`,
    remedy: "List it in inputs or weights; inside a scan pass it through captures.",
    context: { input: operation.name },
  });
}
