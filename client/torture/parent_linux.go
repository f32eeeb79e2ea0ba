package torture

import (
	"os/exec"
	"syscall"
)

// endWithParent makes the system kill the process when the thread that started
// it ends: no server is left, whatever ends the torture.
func endWithParent(cmd *exec.Cmd) {
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.Pdeathsig = syscall.SIGKILL
}
