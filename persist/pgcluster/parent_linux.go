package pgcluster

import "syscall"

// endWithParent makes the system kill the process when the thread that started
// it ends. See run.
func endWithParent(attr *syscall.SysProcAttr) { attr.Pdeathsig = syscall.SIGQUIT }
