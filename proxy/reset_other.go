//go:build !linux

package proxy

import "net"

// isReset reports whether the other side of a connection has reset it, which is not known
// here.
func isReset(net.Conn) bool { return false }
