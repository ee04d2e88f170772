"""The real programs, as the demo and its sisters drive them: the hub, the devices, the office.

Everything is checked by exit codes and by what `--json` prints. Every process started here is known by
its id, and ends with us.
"""

import ctypes
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BINARIES = os.environ.get("HAZAMA_BINARIES") or os.path.join(ROOT, ".build", "release")
HAZAMA = os.path.join(BINARIES, "hazama")
HAZAMAD = os.path.join(BINARIES, "hazamad")

# The exit codes of the programs that the stories speak of.
DONE, FAILED, USAGE, PARTLY, LOCKED, OFFLINE, DECISION = 0, 1, 2, 3, 4, 5, 6
BUSY, LATER, INTEGRITY = 8, 9, 10


class Broken(Exception):
    """What was told did not come true."""

    def __init__(self, what, run=None):
        super().__init__(what)
        self.what = what
        self.run = run


class Run:
    """A command that has ended: how, and what it printed."""

    def __init__(self, arguments, status, out, err, seconds):
        self.arguments = arguments
        self.status = status
        self.out = out.decode("utf-8", "replace")
        self.err = err.decode("utf-8", "replace")
        self.seconds = seconds

    @property
    def items(self):
        """Every JSON object of stdout."""
        try:
            return [json.loads(line) for line in self.out.splitlines() if line.strip()]
        except ValueError as error:
            raise Broken(f"stdout is not one JSON object a line ({error})", self) from None

    @property
    def object(self):
        """The one JSON object of stdout."""
        items = self.items
        if len(items) != 1:
            raise Broken(f"{len(items)} JSON objects, not one", self)
        return items[0]

    def all(self, kind):
        return [item for item in self.items if item.get("type") == kind]

    def one(self, kind):
        found = self.all(kind)
        if len(found) != 1:
            raise Broken(f"{len(found)} objects of type “{kind}”, not one", self)
        return found[0]

    @property
    def summary(self):
        items = self.items
        if not items or items[-1].get("type") != "summary":
            raise Broken("the last line is no summary", self)
        if items[-1].get("exit") != self.status:
            raise Broken("the summary names another exit code", self)
        return items[-1]

    @property
    def errors(self):
        """What a command with --json tells of its failure, on stderr."""
        found = []
        for line in self.err.splitlines():
            try:
                item = json.loads(line)
            except ValueError:
                continue
            if isinstance(item, dict) and item.get("type") == "error":
                found.append(item)
        return found

    @property
    def error(self):
        if len(self.errors) != 1:
            raise Broken(f"{len(self.errors)} errors were told, not one", self)
        return self.errors[0]

    def __str__(self):
        def quoted(text):
            lines = text.rstrip("\n").split("\n")
            if len(lines) > 40:
                lines = lines[:15] + [f"… {len(lines) - 35} lines …"] + lines[-20:]
            return "\n".join("      " + line for line in lines)

        shown = " ".join(argument if re.fullmatch(r"[\w./:=+-]+", argument) else repr(argument)
                         for argument in self.arguments)
        return (f"    $ {shown}\n    exit {self.status} after {self.seconds:.2f} s\n"
                f"    stdout:\n{quoted(self.out)}\n    stderr:\n{quoted(self.err)}")


def _dies_with_us():
    """In the child: ended by the kernel should we be killed."""
    ctypes.CDLL(None).prctl(1, signal.SIGKILL, 0, 0, 0)


class Stage:
    """A temporary folder and the processes started in it: none outlives us."""

    def __init__(self, name, keep=False):
        for program in (HAZAMA, HAZAMAD):
            if not os.access(program, os.X_OK):
                sys.exit(f"{name}: {program} is not built; run “make {name}”")
        self.name = name
        self.keep = keep
        self.folder = os.path.realpath(tempfile.mkdtemp(prefix=f"hazama-{name}-"))
        self.processes = {}
        self.closers = []
        kept = ("PATH", "TMPDIR", "TZ")
        self.environment = {key: os.environ[key] for key in kept if key in os.environ}
        self.environment |= {
            "HOME": self.path("home"), "LANG": "C.UTF-8", "NO_COLOR": "1",
        }
        os.mkdir(self.path("home"), 0o700)

    def path(self, *parts):
        return os.path.join(self.folder, *parts)

    def start(self, arguments, environment=None, **streams):
        """Starts a process that ends with us at the latest."""
        process = subprocess.Popen(
            arguments, env=self.environment | (environment or {}), cwd=self.folder,
            preexec_fn=_dies_with_us, start_new_session=True, **streams)
        self.processes[process.pid] = process
        return process

    def finish(self, process, arguments, began, limit=60, given=None):
        """Waits for a process to end by itself."""
        try:
            out, err = process.communicate(given, timeout=limit)
        except subprocess.TimeoutExpired:
            process.kill()
            out, err = process.communicate()
            run = Run(arguments, process.returncode, out, err, time.monotonic() - began)
            raise Broken(f"did not end within {limit} s", run) from None
        self.processes.pop(process.pid, None)
        return Run(arguments, process.returncode, out, err, time.monotonic() - began)

    def run(self, arguments, environment=None, given=None, limit=60):
        """Runs a command to its end, with no terminal and, unless given, nothing to read."""
        began = time.monotonic()
        process = self.start(
            arguments, environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            stdin=subprocess.DEVNULL if given is None else subprocess.PIPE)
        return self.finish(process, arguments, began, limit, given)

    def end_everything(self):
        """Ends what was started here and still runs; says how many that were."""
        running = [process for process in self.processes.values() if process.poll() is None]
        for process in running:
            process.kill()
        for process in running:
            process.wait()
        self.processes.clear()
        for close in self.closers:
            close()
        self.closers.clear()
        return len(running)

    def remove_folder(self):
        shutil.rmtree(self.folder)


class Hub:
    """A hub of its own: a folder, and sometimes a process."""

    def __init__(self, stage, name="hub"):
        self.stage = stage
        self.folder = stage.path(name)
        self.log_path = stage.path(name + ".log")
        self.process = None
        self.port = None
        self.starts = 0

    def command(self, *words, limit=60, expect=DONE):
        run = self.stage.run([HAZAMAD, *words, "--data", self.folder], limit=limit)
        return expecting(run, expect)

    def init(self, *words):
        return self.command("init", *words)

    def start(self, environment=None, under=()):
        """Starts `serve` on a free port, and waits until it says which; None if it is killed before.

        `under` is what stands before the command, for a hub that is watched.
        """
        path = os.path.join(self.folder, "address")
        before = _stamp(path)
        began = time.monotonic()
        self.starts += 1
        arguments = [*under, HAZAMAD, "serve", "--data", self.folder, "--listen", "127.0.0.1:0"]
        with open(self.log_path, "ab") as log:
            self.process = self.stage.start(
                arguments, environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        while True:
            if self.process.poll() is not None:
                if under:
                    return None
                raise Broken(f"the hub ended with {self.process.returncode} when it was started")
            if _stamp(path) not in (before, None):
                with open(path, encoding="utf-8") as file:
                    found = re.search(r":(\d+)/?\s*$", file.read())
                if found:
                    self.port = int(found[1])
                    return self.port
            if time.monotonic() - began > 30:
                raise Broken("the hub did not write its address within 30 s")
            time.sleep(0.002)

    def kill(self):
        """kill -9."""
        self.process.kill()
        self.process.wait()
        self.stage.processes.pop(self.process.pid, None)
        self.process = None

    def kill_group(self):
        """kill -9 to the hub and to whatever watches it."""
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()
        self.stage.processes.pop(self.process.pid, None)
        self.process = None

    def stop(self):
        """Asks the hub to end, as its operator would."""
        self.process.terminate()
        try:
            status = self.process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            raise Broken("the hub did not end within 30 s of SIGTERM") from None
        self.stage.processes.pop(self.process.pid, None)
        self.process = None
        if status != 0:
            raise Broken(f"the hub ended with {status} after SIGTERM")

    def status(self):
        return self.command("status", "--json").object

    def doctor(self):
        """What is wrong with the hub. How full this machine's disk is is not."""
        findings = self.command("doctor", "--json", limit=120).object["findings"]
        return [
            item for item in findings if item["severity"] != "note" and item["code"] != "disk"
        ]

    def log_tail(self, count=25):
        try:
            with open(self.log_path, encoding="utf-8", errors="replace") as file:
                return file.read().splitlines()[-count:]
        except OSError:
            return []


def _stamp(path):
    try:
        state = os.stat(path)
        return (state.st_mtime_ns, state.st_ino)
    except OSError:
        return None


class Device:
    """A laptop: its store, and the person in front of it."""

    def __init__(self, stage, person, folder):
        self.stage = stage
        self.person = person
        self.home = stage.path(folder)
        self.environment = {"HAZAMA_HOME": self.home}

    def __call__(self, *words, expect=DONE, given=None, limit=60):
        """Runs `hazama` with --json, and requires one of the expected exit codes."""
        run = self.stage.run(
            [HAZAMA, *map(str, words), "--json"], self.environment, given, limit)
        return expecting(run, expect)

    def said(self, *words, expect=DONE, given=None):
        """Runs `hazama` as a person does, for what it says."""
        run = self.stage.run([HAZAMA, *map(str, words)], self.environment, given)
        return expecting(run, expect)

    def start(self, *words, under=()):
        """Starts `hazama` with --json and does not wait; `under` stands before the command."""
        arguments = [*under, HAZAMA, *map(str, words), "--json"]
        process = self.stage.start(
            arguments, self.environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE)
        return process, arguments, time.monotonic()

    def status(self):
        return self("status").summary

    def doctor(self, *words):
        """What is wrong with the store. How full this machine's disk is is not."""
        findings = self("doctor", *words).all("finding")
        if not findings:
            raise Broken(f"{self.person}’s doctor looked at nothing")
        return [
            item for item in findings
            if item["severity"] in ("warning", "broken") and item["check"] != "disk"
        ]

    def scopes(self):
        """The digest of each scope held."""
        return {scope["scope"]: scope["digest"] for scope in self("digest").summary["scopes"]}

    def fresh(self, folder):
        """Another laptop of the same person."""
        return Device(self.stage, self.person, folder)

    def enrol(self, line, code, expect=DONE):
        """Shows the hub a one-time code, which is typed and never an argument."""
        return self("enroll", line.url, "--code", "-", "--device-name", self.person + "’s laptop",
                    given=code.encode(), expect=expect)

    def join(self, office, line, areas):
        """Enrols with a one-time code, and is approved."""
        self.enrol(line, office.code_for(self.person, areas))
        office.approve(self.person, self("whoami", expect=LOCKED).summary["fingerprint"])

    def units(self, record):
        """The units of a record as they are shown here."""
        return [item for item in self("show", record).all("record")
                if item["record"].endswith(record)][0]["units"]


class Office(Device):
    """An administrator at a machine of her own."""

    def __init__(self, stage):
        super().__init__(stage, "admin", "office")

    def log_in(self, line, hub):
        self("login", line.url, "--ca", os.path.join(hub.folder, "ca.pem"),
             "--password-file", os.path.join(hub.folder, "first-admin"))

    def __call__(self, *words, **rest):
        return super().__call__("admin", *words, **rest)

    def code_for(self, person, areas):
        named = [word for area in areas for word in ("--area", area)]
        return self("device", "code", "--person", person, *named).summary["code"]

    def approve(self, person, fingerprint):
        """Approves the one machine that waits, having compared what its owner reads out."""
        waiting = [
            item for item in self("device", "list").all("device")
            if item["state"] == "pending" and item["personName"] == person
        ]
        if len(waiting) != 1 or waiting[0]["fingerprint"] != fingerprint:
            raise Broken(f"not one machine of {person} with key {fingerprint} waits for approval")
        self("device", "approve", waiting[0]["replica"])

    def conflict(self, conflict):
        """A conflict’s page, as it stands now."""
        return self("conflict", "show", conflict).summary

    def resolve(self, page, keep, reason, expect=DONE):
        """Decides on a page, which may be an old one."""
        return self(
            "conflict", "resolve", page["conflict"]["id"], "--keep", keep, "--reason", reason,
            "--seen", page["version"], expect=expect)


def expecting(run, status):
    wanted = (status,) if isinstance(status, int) else status
    if run.status not in wanted:
        raise Broken(f"exit {run.status}, expected {' or '.join(map(str, wanted))}", run)
    return run


def note(ledger, tool, figures, failures):
    """Appends a row to a ledger, when there is one."""
    if ledger is not None:
        subprocess.run([os.path.join(ROOT, "Tests", "note"), os.path.abspath(ledger), tool, figures,
                        str(failures)], cwd=ROOT, check=True)


def conduct(name, play, keep=False, ledger=None, command=None):
    """Gives a stage to `play`, cleans up whatever happens, and ends with the story's last line.

    `play` returns that line. Whoever interrupts ends with 130. With a ledger, how `command` ended
    becomes a row of it.
    """

    def interrupted(number, _):
        raise KeyboardInterrupt(number)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupted)
    stage = Stage(name, keep)
    last, failure = None, None
    try:
        last = play(stage)
    except Broken as error:
        failure = error
    except KeyboardInterrupt:
        failure = Broken("interrupted")
    except Exception as error:
        import traceback

        traceback.print_exc()
        failure = Broken(f"{type(error).__name__}: {error}")
    # From here on nothing may stop the tidying.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    left = stage.end_everything()
    if failure is None and left:
        failure = Broken(f"{left} processes were still running at the end")
    sys.stdout.flush()
    if failure is None:
        if keep:
            print(f"{name}: kept {stage.folder}")
        else:
            stage.remove_folder()
        print(last, flush=True)
        note(ledger, command, last.removeprefix(name + ": "), 0)
        sys.exit(0)
    print(f"\n{name}: broken: {failure.what}", file=sys.stderr)
    if failure.what != "interrupted":
        note(ledger, command, failure.what.removeprefix(name + ": "), 1)
    if failure.run is not None:
        print(failure.run, file=sys.stderr)
    for entry in sorted(os.listdir(stage.folder)):
        if entry.endswith(".log"):
            with open(stage.path(entry), encoding="utf-8", errors="replace") as file:
                lines = file.read().splitlines()
            print(f"    the last lines of {entry}:", file=sys.stderr)
            for line in lines[-25:]:
                print("      " + line, file=sys.stderr)
    print(f"{name}: the folder stays: {stage.folder}", file=sys.stderr, flush=True)
    sys.exit(130 if failure.what == "interrupted" else 1)
