/** A message port that looks like a socket to the PostgreSQL driver. */
import { Duplex } from "node:stream";
import type { MessagePort } from "node:worker_threads";

/** Bytes travel as `Uint8Array` messages; a closed port is a closed socket. */
export class PortSocket extends Duplex {
  readonly #port: MessagePort;

  /** @param port one end of a channel whose other end a session gate serves. */
  constructor(port: MessagePort) {
    super();
    this.#port = port;
    port.on("message", (bytes: Uint8Array) => this.push(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)));
    port.on("close", () => this.destroy());
  }

  /** The channel exists already: reports the connection as made. */
  connect(): this {
    process.nextTick(() => this.emit("connect"));
    return this;
  }

  /** Nothing delays messages of a port. */
  setNoDelay(): this {
    return this;
  }

  /** Nothing can silently drop between threads. */
  setKeepAlive(): this {
    return this;
  }

  /** Keeps the thread running while the connection is in use. */
  ref(): this {
    this.#port.ref();
    return this;
  }

  /** Lets the thread end although the connection is open. */
  unref(): this {
    this.#port.unref();
    return this;
  }

  override _read(): void {
    // Messages arrive by themselves.
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    // A copy: the driver's buffers are slices of a shared one, which must not be sent whole.
    const bytes = new Uint8Array(chunk);
    this.#port.postMessage(bytes, [bytes.buffer]);
    done();
  }

  override _final(done: () => void): void {
    this.#port.close();
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#port.close();
    done(error);
  }
}
