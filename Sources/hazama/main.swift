import ArgumentParser
import Glibc

ThisProcess.prepare()
do {
    var command = try Hazama.parseAsRoot()
    if let command = command as? any DeskCommand {
        let desk = Desk(command.global)
        let interrupts = ThisProcess.endOnInterrupt { [language = desk.console.language] in
            Phrase.interrupted.text(in: language)
        }
        let status = await desk.conduct(command)
        withExtendedLifetime(interrupts) {}
        exit(status.rawValue)
    }
    // Help, which speaks by itself.
    try command.run()
} catch {
    // Help was asked for, or the words don't fit together. The library would end with 64.
    let text = Hazama.fullMessage(for: error) + "\n"
    if Hazama.exitCode(for: error).isSuccess {
        ThisProcess.write(Array(text.utf8), to: STDOUT_FILENO)
        exit(ExitStatus.done.rawValue)
    }
    let wantsJSON = CommandLine.arguments.contains("--json")
    let console = Desk.console(for: GlobalOptions.beforeParsing(isJSON: wantsJSON))
    if wantsJSON {
        console.report(
            Failure(
                status: .usage, code: DeviceCode.badUsage.rawValue, what: Hazama.message(for: error)
            ))
        console.finish(.usage)
    } else {
        ThisProcess.write(Array(text.utf8), to: STDERR_FILENO)
    }
    exit(ExitStatus.usage.rawValue)
}
