"""A line between devices and the hub that can be cut, on loopback.

It passes bytes through untouched: TLS runs from device to hub, the line only sees records go by. It
keeps its own port, so that a device's address stays right while the hub comes and goes.
"""

import selectors
import socket
import struct
import threading


class Line:
    """Listens on a port of its own and joins each connection to the hub's."""

    def __init__(self):
        # Holds the port while nobody listens, so that no other program is given it.
        self._holder = socket.socket()
        self._holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._holder.bind(("127.0.0.1", 0))
        self.port = self._holder.getsockname()[1]
        self._lock = threading.Lock()
        self._target = None
        self._listener = None
        self._joints = set()
        self._holds_answers = False
        self._limit = None
        self.limits_reached = 0
        self.request_seen = threading.Event()
        self.connections = 0
        self.bytes = 0

    @property
    def url(self):
        return f"https://127.0.0.1:{self.port}"

    def connect_to(self, port):
        """Lets devices reach the hub at this port."""
        with self._lock:
            self._target = port
            if self._listener is None:
                listener = socket.socket()
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                listener.bind(("127.0.0.1", self.port))
                listener.listen(64)
                self._listener = listener
                threading.Thread(target=self._accept, args=(listener,), daemon=True).start()

    def cut(self):
        """Refuses new connections and breaks the old ones, as when the hub's machine is off."""
        with self._lock:
            listener, self._listener = self._listener, None
            joints = list(self._joints)
        if listener is not None:
            try:
                # Wakes the thread that waits for a connection; closing alone does not.
                listener.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            listener.close()
        for joint in joints:
            joint.reset()

    def drop_connections(self):
        """Breaks every connection that is open now; new ones are taken."""
        with self._lock:
            joints = list(self._joints)
        for joint in joints:
            joint.reset()

    def hold_answers(self):
        """From now on keeps back what the hub says once a device has sent it a request."""
        self.request_seen.clear()
        self._holds_answers = True

    def release_answers(self):
        """Passes everything on again, on connections made from now on."""
        self._holds_answers = False

    def break_after(self, direction, count):
        """Lets every new connection break once so many bytes have gone `up` or `down`; None ends it."""
        self._limit = None if direction is None else (direction, count)

    def close(self):
        self.cut()
        self._holder.close()

    def _accept(self, listener):
        while True:
            try:
                device, _ = listener.accept()
            except OSError:
                return
            try:
                hub = socket.create_connection(("127.0.0.1", self._target), timeout=5)
            except OSError:
                _reset(device)
                continue
            joint = Joint(self, device, hub)
            with self._lock:
                if self._listener is not listener:
                    joint.reset()
                    continue
                self._joints.add(joint)
                self.connections += 1
            threading.Thread(target=joint.run, daemon=True).start()

    def _ended(self, joint):
        with self._lock:
            self._joints.discard(joint)


class Joint:
    """One connection, from device to hub and back."""

    # A client's last word of the handshake is a record of less than this; a request never is.
    SMALLEST_REQUEST = 120
    APPLICATION_DATA = 23

    def __init__(self, line, device, hub):
        self.line = line
        self.device = device
        self.hub = hub
        self.is_held = False
        self._limit = line._limit
        self._passed = {"up": 0, "down": 0}
        self._records = bytearray()
        self._gone = threading.Event()

    def run(self):
        try:
            with selectors.DefaultSelector() as selector:
                selector.register(self.device, selectors.EVENT_READ)
                selector.register(self.hub, selectors.EVENT_READ)
                while not self._gone.is_set():
                    for key, _ in selector.select(timeout=0.2):
                        if key.fileobj is self.hub and self.is_held:
                            # Left in the kernel: nobody reads it before the line breaks.
                            selector.unregister(self.hub)
                            continue
                        chunk = key.fileobj.recv(1 << 16)
                        if not chunk:
                            return
                        direction = "up" if key.fileobj is self.device else "down"
                        isOver = self._is_over(direction, len(chunk))
                        if isOver:
                            chunk = chunk[: max(0, self._limit[1] - self._passed[direction])]
                        self.line.bytes += len(chunk)
                        self._passed[direction] += len(chunk)
                        if key.fileobj is self.device:
                            self._look_for_request(chunk)
                            self.hub.sendall(chunk)
                        else:
                            self.device.sendall(chunk)
                        if isOver:
                            # What was passed on has to leave before the reset overtakes it.
                            self._farewell()
                            self.line.limits_reached += 1
                            return
        except OSError:
            pass
        finally:
            self.reset() if self._gone.is_set() else self._close()
            self.line._ended(self)

    def _is_over(self, direction, count):
        if self._limit is None or self._limit[0] != direction:
            return False
        return self._passed[direction] + count > self._limit[1]

    def _farewell(self):
        """Closes the sending sides, so that both ends read what came before the line broke."""
        for end in (self.device, self.hub):
            try:
                end.shutdown(socket.SHUT_WR)
            except OSError:
                pass

    def _look_for_request(self, chunk):
        """Follows the records of TLS: type, version, length, and then so many bytes."""
        if not self.line._holds_answers or self.is_held:
            return
        self._records += chunk
        while len(self._records) >= 5:
            kind, _, length = struct.unpack(">BHH", self._records[:5])
            if kind == self.APPLICATION_DATA and length >= self.SMALLEST_REQUEST:
                # Before the request itself goes on, so that no answer can slip by.
                self.is_held = True
                self.line.request_seen.set()
                return
            if len(self._records) < 5 + length:
                return
            del self._records[: 5 + length]

    def reset(self):
        self._gone.set()
        _reset(self.device)
        _reset(self.hub)

    def _close(self):
        for end in (self.device, self.hub):
            try:
                end.close()
            except OSError:
                pass


def _reset(end):
    """Closes with a reset instead of a farewell, as a broken line does."""
    try:
        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        end.close()
    except OSError:
        pass
