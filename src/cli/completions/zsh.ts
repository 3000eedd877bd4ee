/**
 * Completion for zsh.
 */
import { type Offer, type OfferedOption, type Place, quoted, type Told } from "./Place.js"

const action = (offer: Offer, placeholder: string): string => {
  switch (offer._tag) {
    case "Words":
      return `(${offer.words.join(" ")})`
    case "List":
      return `_values -s , ${placeholder} ${offer.words.join(" ")}`
    case "File":
      return "_files"
    case "Nothing":
      return " "
  }
}

/** What `_arguments` would take for the end of what it shows. */
const explained = (text: string): string => text.replaceAll(/[[\]\\:]/g, "\\$&")

const optionSpecs = ({ description, names, value }: OfferedOption): ReadonlyArray<string> => {
  const others = names.length > 1 ? `(${names.join(" ")})` : ""
  return names.map((name) =>
    quoted(
      value === undefined
        ? `${others}${name}[${explained(description)}]`
        : `${others}${name}=[${explained(description)}]:${value.placeholder.replaceAll(":", "\\:")}:${action(value.offer, value.placeholder)}`
    )
  )
}

const described = ({ description, name }: Told): string => quoted(`${name}:${description}`)

const place = ({ arguments: args, commands, options, path }: Place): string => {
  const specs = [
    ...options.flatMap(optionSpecs),
    ...args.map(({ offer, placeholder }, index) => quoted(`${index + 1}:${placeholder}:${action(offer, placeholder)}`))
  ]
  return [
    `        (${quoted(path.join(" "))})`,
    ...(commands.length === 0
      ? []
      : [
          `            if (( CURRENT == ${path.length + 2} )) && [[ $words[CURRENT] != -* ]]; then`,
          `                commands=(${commands.map(described).join(" ")})`,
          "                _describe -t commands command commands",
          "                return",
          "            fi"
        ]),
    ...(path.length === 0 ? [] : [`            shift ${path.length} words; (( CURRENT -= ${path.length} ))`]),
    ...(specs.length === 0 ? [] : [`            _arguments -S : ${specs.join(" ")}`]),
    "            ;;"
  ].join("\n")
}

const pathsOf = (places: ReadonlyArray<Place>, length: number): string =>
  places
    .filter(({ path }) => path.length === length)
    .map(({ path }) => quoted(path.join(" ")))
    .join("|")

export const zshScript = (places: ReadonlyArray<Place>): string => `#compdef plex-cdf
# Completion of plex-cdf for zsh.
_plex_cdf() {
    local typed=""
    local -a commands
    if (( CURRENT > 2 )); then
        case "$words[2]" in (${pathsOf(places, 1)}) typed="$words[2]" ;; esac
    fi
    if (( CURRENT > 3 )); then
        case "$words[2] $words[3]" in (${pathsOf(places, 2)}) typed="$words[2] $words[3]" ;; esac
    fi
    case "$typed" in
${places.map(place).join("\n")}
    esac
}
if [[ "$funcstack[1]" = _plex_cdf || "$funcstack[1]" = _plex-cdf ]]; then
    _plex_cdf "$@"
else
    compdef _plex_cdf plex-cdf
fi`
