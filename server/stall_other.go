//go:build !linux

package server

import (
	"net"
	"time"
)

// giveUpAfter is for Linux. Elsewhere the system has its own patience.
func giveUpAfter(net.Conn, time.Duration) {}
