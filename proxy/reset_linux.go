package proxy

import (
	"net"

	"golang.org/x/sys/unix"
)

// closedState is TCP_CLOSE: of a connection that nobody here has closed it says that the
// other side has reset it.
const closedState = 7

// isReset reports whether the other side of a connection has reset it.
func isReset(c net.Conn) bool {
	tcp, ok := c.(*net.TCPConn)
	if !ok {
		return false
	}
	raw, err := tcp.SyscallConn()
	if err != nil {
		return false
	}
	state := uint8(0)
	_ = raw.Control(func(fd uintptr) {
		if info, err := unix.GetsockoptTCPInfo(int(fd), unix.IPPROTO_TCP, unix.TCP_INFO); err == nil {
			state = info.State
		}
	})
	return state == closedState
}
