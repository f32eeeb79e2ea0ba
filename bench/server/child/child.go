// Package child is what the programs that are measured have in common: they
// say when they are ready, do what the driver asks for, and end with it.
//
//	child   ready http://127.0.0.1:40123
//	driver  gc
//	child   ok
//
// The driver writes to standard input, and its end ends the child: a driver
// that is killed leaves nothing running.
package child

import (
	"bufio"
	"fmt"
	"os"
	"runtime/debug"
	"runtime/pprof"
	"strings"
)

// Obey says that the server answers at address, then carries out commands
// until standard input ends, and calls stop.
//
//	gc                collects garbage and gives memory back
//	profile FILE      begins a CPU profile
//	profile           ends it
func Obey(address string, stop func()) {
	fmt.Println("ready", address)
	var to *os.File
	for in := bufio.NewScanner(os.Stdin); in.Scan(); {
		command, file, _ := strings.Cut(in.Text(), " ")
		var err error
		switch {
		case command == "gc":
			debug.FreeOSMemory()
		case command == "profile" && file != "":
			if to, err = os.Create(file); err == nil {
				err = pprof.StartCPUProfile(to)
			}
		case command == "profile" && to != nil:
			pprof.StopCPUProfile()
			err = to.Close()
		default:
			err = fmt.Errorf("no such command: %s", in.Text())
		}
		if err != nil {
			fmt.Println("failed:", err)
		} else {
			fmt.Println("ok")
		}
	}
	stop()
}
