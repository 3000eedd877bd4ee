const gone = new Set<string | undefined>(["EPIPE", "ERR_STREAM_DESTROYED"])

/** Who reads the output may leave before its end, as `head` does: the rest is then said to nobody. */
export const outliveReaders = (): void => {
  for (const stream of [process.stdout, process.stderr])
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (!gone.has(error.code)) throw error
    })
}
