/**
 * Completion for fish.
 */
import type { Offer, OfferedOption, Place } from "./Place.js"

/** A text in single quotes, as fish reads it. */
const quoted = (text: string): string => `'${text.replaceAll(/['\\]/g, "\\$&")}'`

const values = (offer: Offer): string => {
  switch (offer._tag) {
    case "Words":
      return ` -x -a ${quoted(offer.words.join(" "))}`
    case "List":
      return ` -x -a ${quoted(`(__plex_cdf_list ${offer.words.join(" ")})`)}`
    case "File":
      return " -r -F"
    case "Nothing":
      return " -x"
  }
}

const option = (when: string, { description, names, value }: OfferedOption): string => {
  const typed = names.map((name) => (name.startsWith("--") ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`)).join(" ")
  return `complete -c plex-cdf -n ${when} ${typed}${value === undefined ? "" : values(value.offer)} -d ${quoted(description)}`
}

const place = ({ arguments: args, commands, options, path }: Place): ReadonlyArray<string> => {
  const words = [...path].join(" ")
  const at = quoted(`__plex_cdf_at ${words}`.trimEnd())
  const next = quoted(`__plex_cdf_after ${words}`.trimEnd())
  return [
    ...commands.map(
      ({ description, name }) => `complete -c plex-cdf -n ${next} -a ${quoted(name)} -d ${quoted(description)}`
    ),
    ...args.flatMap(({ offer }) =>
      offer._tag === "Words" || offer._tag === "List" || offer._tag === "File"
        ? [`complete -c plex-cdf -n ${at}${values(offer).replace(/ -[xr]/, "")}`]
        : []
    ),
    ...options.map((each) => option(at, each))
  ]
}

const pathsOf = (places: ReadonlyArray<Place>, length: number): string =>
  places
    .filter(({ path }) => path.length === length)
    .map(({ path }) => quoted(path.join(" ")))
    .join(" ")

export const fishScript = (places: ReadonlyArray<Place>): string => `# Completion of plex-cdf for fish.
function __plex_cdf_typed
    set -l words (commandline -opc)
    set -l typed ''
    if set -q words[2]; and contains -- "$words[2]" ${pathsOf(places, 1)}
        set typed $words[2]
        if set -q words[3]; and contains -- "$words[2] $words[3]" ${pathsOf(places, 2)}
            set typed "$words[2] $words[3]"
        end
    end
    echo $typed
end
function __plex_cdf_at
    set -l typed (__plex_cdf_typed)
    test "$typed" = "$argv"
end
function __plex_cdf_after
    test (count (commandline -opc)) -eq (math (count $argv) + 1); and __plex_cdf_at $argv
end
function __plex_cdf_list
    set -l token (string replace -r '^--[^=]*=' '' -- (commandline -ct))
    set -l begun (string match -r '^.*,' -- $token)
    printf '%s\\n' "$begun"$argv
end
complete -c plex-cdf -f
${places.flatMap(place).join("\n")}`
