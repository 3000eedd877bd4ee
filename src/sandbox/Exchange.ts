import type { IncomingMessage, ServerResponse } from "node:http"
import { setTimeout as pause } from "node:timers/promises"
import type { Fault } from "./Faults.js"
import type { Finished, Outcome } from "./Journal.js"
import { json } from "./Reply.js"
import type { Reply } from "./Reply.js"

/** Bodies above this are not kept in the journal unless the answer is an error. */
const keptBodyBytes = 64 * 1024

/** Pieces of an iterable body are sent in writes of about this size. */
const writeCharacters = 64 * 1024

const page =
  "<!DOCTYPE html><html><head><title>Service Unavailable</title></head><body>upstream connect error</body></html>"

/** Pieces joined to writes worth their chunk header. */
async function* coalesced(body: Iterable<string> | AsyncIterable<string>): AsyncGenerator<string> {
  let held: Array<string> = []
  let size = 0
  const flush = (): string => {
    const text = held.join("")
    held = []
    size = 0
    return text
  }
  if (Symbol.iterator in body) {
    for (const piece of body) {
      held.push(piece)
      size += piece.length
      if (size >= writeCharacters) {
        yield flush()
      }
    }
  } else {
    for await (const piece of body) {
      held.push(piece)
      size += piece.length
      if (size >= writeCharacters) {
        yield flush()
      }
    }
  }
  if (size > 0) {
    yield flush()
  }
}

/** The first `limit` bytes; of a body that ends sooner, all but half of its last piece. */
async function* cutAfter(pieces: AsyncIterable<string>, limit: number): AsyncGenerator<Uint8Array> {
  let sent = 0
  let held: Buffer | undefined
  for await (const piece of pieces) {
    if (held !== undefined) {
      yield held
      sent += held.length
    }
    held = Buffer.from(piece)
    if (sent + held.length > limit) {
      yield held.subarray(0, limit - sent)
      return
    }
  }
  if (held !== undefined) {
    yield held.subarray(0, held.length >> 1)
  }
}

/** One answer on its way out, and what the journal will say of it. */
export class Exchange {
  private bytes = 0
  private status: number | undefined
  private violation: string | undefined
  private kept: Array<string> | undefined = []
  private keptLength = 0
  private over = false
  /** Ends the wait for a client that does not read. */
  private flowing: () => void = () => undefined

  constructor(
    private readonly request: IncomingMessage,
    private readonly response: ServerResponse,
    private readonly now: () => number,
    private readonly finished: (answer: Finished) => void
  ) {
    response.on("drain", () => this.flowing())
    response.once("close", () => {
      this.end("abandoned")
      this.flowing()
    })
  }

  /** True once the client is gone or the answer is complete. */
  get closed(): boolean {
    return this.over || this.response.destroyed
  }

  private end(outcome: Outcome): void {
    if (!this.over) {
      this.over = true
      this.finished({
        status: this.status,
        answerBytes: this.bytes,
        answerBody: this.kept?.join(""),
        outcome,
        violation: this.violation
      })
    }
  }

  private keep(text: string): void {
    this.keptLength += text.length
    if (this.keptLength > keptBodyBytes && (this.status ?? 0) < 400) {
      this.kept = undefined
    }
    this.kept?.push(text)
  }

  private head(reply: Reply, extra: Readonly<Record<string, string>> = {}): void {
    this.status = reply.status
    this.violation = reply.violation
    this.response.writeHead(reply.status, {
      date: new Date(this.now()).toUTCString(),
      ...reply.headers,
      ...extra
    })
  }

  private async write(piece: string | Uint8Array): Promise<void> {
    this.bytes += Buffer.byteLength(piece)
    this.keep(typeof piece === "string" ? piece : Buffer.from(piece).toString())
    if (!this.response.write(piece) && !this.closed) {
      await new Promise<void>((resolve) => {
        this.flowing = resolve
      })
    }
  }

  private complete(outcome: Outcome): void {
    this.end(outcome)
    this.response.end()
  }

  /** Sends a reply whole, with back-pressure when its body is an iterable. */
  async send(reply: Reply, extra: Readonly<Record<string, string>> = {}): Promise<void> {
    const body = reply.body ?? ""
    if (typeof body === "string") {
      const length = Buffer.byteLength(body)
      this.head(reply, { "content-length": `${length}`, ...extra })
      this.bytes = length
      this.keep(body)
      this.end("answered")
      this.response.end(body)
      return
    }
    this.head(reply, extra)
    if (Symbol.asyncIterator in body) {
      // Its first piece may be long in coming: node would hold the headers back until then.
      this.response.flushHeaders()
    }
    for await (const piece of coalesced(body)) {
      if (this.closed) {
        return
      }
      await this.write(piece)
    }
    this.complete("answered")
  }

  /** Answers nothing and resets the connection; `applied` is what the reply would have said of the request. */
  reset(reply?: Reply): void {
    this.violation = reply?.violation
    this.end("reset")
    this.request.socket.resetAndDestroy()
  }

  /** Breaks off an answer that its handler could not complete; the journal says why. */
  fail(violation: string): void {
    this.violation = violation
    this.end("cut")
    this.response.destroy()
  }

  private async cut(reply: Reply, afterBytes: number | undefined, polite: boolean): Promise<void> {
    const body = reply.body ?? ""
    const limit = afterBytes ?? (typeof body === "string" ? Buffer.byteLength(body) >> 1 : writeCharacters)
    this.head(reply)
    this.response.flushHeaders()
    for await (const piece of cutAfter(coalesced(typeof body === "string" ? [body] : body), limit)) {
      if (this.closed) {
        return
      }
      await this.write(piece)
    }
    this.end("cut")
    if (polite) {
      this.response.end()
    } else {
      this.request.socket.destroySoon()
    }
  }

  private async trickle(reply: Reply, everyMillis: number): Promise<void> {
    const body = reply.body ?? ""
    this.head(reply)
    this.response.flushHeaders()
    for await (const piece of coalesced(typeof body === "string" ? [body] : body)) {
      for (const byte of Buffer.from(piece)) {
        if (this.closed) {
          return
        }
        await this.write(Uint8Array.of(byte))
        await pause(everyMillis)
      }
    }
    this.complete("answered")
  }

  /** Plays a fault. `handle` gives the true answer and is called only by faults that let the request through. */
  async play(fault: Fault, handle: () => Promise<Reply>): Promise<void> {
    if ("applied" in fault && fault.applied === true) {
      await handle()
    }
    switch (fault.kind) {
      case "status": {
        const body = fault.body ?? ""
        const isJson = /^\s*[[{]/.test(body)
        return this.send({
          status: fault.status,
          headers: {
            ...(body === "" ? {} : { "content-type": isJson ? "application/json" : "text/html" }),
            ...this.retryAfter(fault.retryAfter),
            ...fault.headers
          },
          body
        })
      }
      case "html":
        return this.send({ status: 200, headers: { "content-type": "text/html" }, body: fault.body ?? page })
      case "empty":
        return this.send({ status: 200, headers: { "content-type": "application/json" } })
      case "malformed":
        return this.send({ ...json(200, null), body: fault.body ?? `{"items":[{"id":1,,"name":]}` })
      case "cut":
        return this.cut(await handle(), fault.afterBytes, fault.polite === true)
      case "hang":
        return
      case "silent":
        this.head(await handle())
        return this.response.flushHeaders()
      case "trickle":
        return this.trickle(await handle(), fault.everyMillis)
      case "delay":
        await pause(fault.millis)
        return this.send(await handle())
      case "reset":
        return this.reset()
      case "lost":
        return this.reset(await handle())
      case "wrongEncoding":
        return this.send(await handle(), { "content-encoding": "gzip" })
    }
  }

  private retryAfter(
    wait: { readonly seconds: number } | { readonly date: number } | string | undefined
  ): Readonly<Record<string, string>> {
    if (wait === undefined) {
      return {}
    }
    if (typeof wait === "string") {
      return { "retry-after": wait }
    }
    return {
      "retry-after": "seconds" in wait ? `${wait.seconds}` : new Date(this.now() + wait.date * 1000).toUTCString()
    }
  }
}
