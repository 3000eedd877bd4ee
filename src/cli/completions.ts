/**
 * `plex-cdf completions`: what makes a shell complete commands, options and their values.
 */
import * as Args from "@effect/cli/Args"
import * as Command from "@effect/cli/Command"
import { bashScript } from "./completions/bash.js"
import { fishScript } from "./completions/fish.js"
import { placesOf } from "./completions/Place.js"
import { zshScript } from "./completions/zsh.js"
import type { KnownCommand } from "./KnownCommand.js"
import { toStdout } from "./output.js"
import { withExamples } from "./withExamples.js"

const scripts = { bash: bashScript, zsh: zshScript, fish: fishScript }

const shell = Args.choice<keyof typeof scripts>(
  [
    ["bash", "bash"],
    ["zsh", "zsh"],
    ["fish", "fish"]
  ],
  { name: "SHELL" }
).pipe(Args.withDescription("The shell to complete in"))

/** The command; it tells of all commands, itself among them. */
export const makeCompletionsCommand = (program: () => KnownCommand) =>
  Command.make("completions", { shell }, ({ shell }) => toStdout([scripts[shell](placesOf(program()))])).pipe(
    Command.withDescription(
      withExamples(
        "Print what makes a shell complete commands, options and their values",
        ["plex-cdf completions bash >> ~/.bashrc", "bash, from the next shell on"],
        ["plex-cdf completions zsh > ~/.zfunc/_plex-cdf", "zsh, where ~/.zfunc is in $fpath"],
        ["plex-cdf completions fish > ~/.config/fish/completions/plex-cdf.fish", "fish"]
      )
    )
  )
