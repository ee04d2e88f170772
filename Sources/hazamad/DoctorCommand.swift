import ArgumentParser
import Foundation
import HubServer
import SyncCore
import SyncHub
import SyncProtocol

struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Check everything that can be checked. Exit 10 if something is damaged.")

    @OptionGroup var data: FolderOption
    @Flag(help: "As JSON.")
    var json = false

    func run() async throws {
        let folder = try data.folder()
        let answer = try await folder.ask(.doctor)
        if let text = answer["text"]?.string { throw Failure("the hub can't be checked: \(text)") }
        let found =
            (answer["findings"]?.array ?? [])
            + (Finding.json(folderFindings(folder))["findings"]?.array ?? [])
        let isDamaged = found.contains {
            $0["severity"]?.string == Finding.Severity.damage.rawValue
        }
        if json {
            Terminal.print(
                JSON.object(["ok": .bool(!isDamaged), "findings": .array(found)]).text)
        } else {
            for finding in found {
                Terminal.print(
                    "\(finding["severity"]?.string ?? "-")  \(finding["code"]?.string ?? "-")  "
                        + LineLog.escaped(finding["text"]?.string ?? ""))
            }
            if found.isEmpty { Terminal.print("Nothing to complain of.") }
        }
        if isDamaged { throw Failure(.damaged, "the hub is damaged; keep the folder as it is") }
    }

    /// What is wrong around the store: modes, certificates, room on the disk.
    private func folderFindings(_ folder: HubFolder) -> [Finding] {
        var findings: [Finding] = []
        for name in ["hub.sqlite", "receipt.key", "ca.key", "server.key", "start"] {
            switch PrivateFile.isPrivate(folder.file(name)) {
            case true?: break
            case false?:
                findings.append(
                    Finding(.warning, "mode", "\(name) can be read by others: chmod 600"))
            case nil: findings.append(Finding(.damage, "file", "\(name) is missing"))
            }
        }
        if folder.has("first-admin") {
            findings.append(
                Finding(
                    .note, "first-admin",
                    "the first administrator's password still lies in first-admin"))
        }
        if !folder.has("journal") {
            findings.append(
                Finding(
                    .note, "journal",
                    "no journal is kept: what people did here since the last backup is only here"))
        }
        do {
            let left_ms = try folder.certificates.serverEnd_ms() - HubFolder.clock.now_ms()
            if left_ms < 0 {
                findings.append(
                    Finding(
                        .warning, "certificate",
                        "the server certificate has ended; a restart renews it"))
            }
        } catch {
            findings.append(Finding(.damage, "certificate", "\(error)"))
        }
        var room = statvfs()
        if statvfs(folder.path, &room) == 0 {
            let free_MB = UInt64(room.f_bavail) * UInt64(room.f_frsize) / (1 << 20)
            if free_MB < 1024 {
                findings.append(Finding(.warning, "disk", "only \(free_MB) MB are free"))
            }
        }
        return findings
    }
}
