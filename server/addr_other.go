//go:build !unix

package server

import "strings"

func isAddrInUse(err error) bool {
	return strings.Contains(err.Error(), "Only one usage of each socket address")
}
