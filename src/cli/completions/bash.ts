/**
 * Completion for bash, without the package bash-completion.
 */
import { type Offer, type Place, quoted } from "./Place.js"

const reply = (offer: Offer): string => {
  switch (offer._tag) {
    case "Words":
      return `_plex_cdf_words ${quoted(offer.words.join(" "))}`
    case "List":
      return `_plex_cdf_list ${quoted(offer.words.join(" "))}`
    case "File":
      return "_plex_cdf_files"
    case "Nothing":
      return ":"
  }
}

const values = ({ options, path }: Place): ReadonlyArray<string> =>
  options.flatMap(({ names, value }) =>
    value === undefined
      ? []
      : [
          `        ${names.map((name) => quoted([...path, name].join(" "))).join("|")}) ${reply(value.offer)}; return ;;`
        ]
  )

const place = ({ arguments: args, commands, options, path }: Place): string => {
  const [argument] = args
  const names = options.flatMap((option) => option.names)
  return [
    `        ${quoted(path.join(" "))})`,
    `            if [[ $cur == -* ]]; then _plex_cdf_words ${quoted(names.join(" "))}`,
    ...(commands.length > 0
      ? [
          `            elif (( COMP_CWORD == ${path.length + 1} )); then _plex_cdf_words ${quoted(commands.map(({ name }) => name).join(" "))}`
        ]
      : []),
    ...(argument === undefined ? [] : [`            else ${reply(argument.offer)}`]),
    "            fi ;;"
  ].join("\n")
}

const pathsOf = (places: ReadonlyArray<Place>, length: number): string =>
  places
    .filter(({ path }) => path.length === length)
    .map(({ path }) => quoted(path.join(" ")))
    .join("|")

export const bashScript = (places: ReadonlyArray<Place>): string => `# Completion of plex-cdf for bash.
_plex_cdf_words() { COMPREPLY=( $(compgen -W "$1" -- "$cur") ); }
_plex_cdf_list() {
    local begun=
    [[ $cur == *,* ]] && begun=\${cur%,*},
    COMPREPLY=( $(compgen -P "$begun" -W "$1" -- "\${cur##*,}") )
    compopt -o nospace 2>/dev/null
}
_plex_cdf_files() {
    local IFS=$'\\n'
    COMPREPLY=( $(compgen -f -- "$cur") )
    compopt -o filenames 2>/dev/null
}
_plex_cdf() {
    local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} typed=
    COMPREPLY=()
    # --option=value comes as three words.
    if [[ $cur == = ]]; then cur=
    elif [[ $prev == = ]]; then prev=\${COMP_WORDS[COMP_CWORD-2]}
    fi
    if (( COMP_CWORD > 1 )); then
        case "\${COMP_WORDS[1]}" in ${pathsOf(places, 1)}) typed=\${COMP_WORDS[1]} ;; esac
    fi
    if (( COMP_CWORD > 2 )); then
        case "\${COMP_WORDS[1]} \${COMP_WORDS[2]}" in ${pathsOf(places, 2)}) typed="\${COMP_WORDS[1]} \${COMP_WORDS[2]}" ;; esac
    fi
    case "\${typed:+$typed }$prev" in
${places.flatMap(values).join("\n")}
    esac
    case "$typed" in
${places.map(place).join("\n")}
    esac
}
complete -F _plex_cdf plex-cdf`
