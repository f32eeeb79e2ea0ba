package server

import (
	"strings"
	"testing"
	"testing/fstest"
)

func TestMachineMemory(t *testing.T) {
	const mib = 1 << 20
	meminfo := "MemTotal:       16384000 kB\nMemFree:  1 kB\n"
	for name, c := range map[string]struct {
		files map[string]string
		want  int64
	}{
		"nothing told": {nil, memoryUnknown},
		"no groups":    {map[string]string{"proc/meminfo": meminfo}, 16384000 << 10},
		"nonsense":     {map[string]string{"proc/meminfo": "x", "proc/self/cgroup": "0::/x\ny\n", "sys/fs/cgroup/x/memory.max": "y"}, memoryUnknown},
		"a group": {map[string]string{"proc/meminfo": meminfo, "proc/self/cgroup": "0::/system.slice/collabd.service\n",
			"sys/fs/cgroup/system.slice/collabd.service/memory.max": "536870912\n"}, 512 * mib},
		"a group without limit": {map[string]string{"proc/meminfo": meminfo, "proc/self/cgroup": "0::/a\n", "sys/fs/cgroup/a/memory.max": "max\n"}, 16384000 << 10},
		"a group above it": {map[string]string{"proc/meminfo": meminfo, "proc/self/cgroup": "0::/a/b/c\n",
			"sys/fs/cgroup/a/b/c/memory.max": "max\n", "sys/fs/cgroup/a/memory.max": "268435456\n"}, 256 * mib},
		"a container": {map[string]string{"proc/meminfo": meminfo, "proc/self/cgroup": "0::/\n", "sys/fs/cgroup/memory.max": "134217728\n"}, 128 * mib},
		"a group of version 1": {map[string]string{"proc/meminfo": meminfo, "proc/self/cgroup": "5:cpu,cpuacct:/x\n4:memory:/docker/1\n",
			"sys/fs/cgroup/memory/docker/1/memory.limit_in_bytes": "134217728\n", "sys/fs/cgroup/memory/x/memory.limit_in_bytes": "1\n"}, 128 * mib},
		"version 1 without limit": {map[string]string{"proc/meminfo": meminfo, "proc/self/cgroup": "4:memory:/\n",
			"sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n"}, 16384000 << 10},
		"a way out of the groups": {map[string]string{"proc/meminfo": meminfo, "proc/self/cgroup": "0::/../../a\n", "sys/fs/cgroup/a/memory.max": "134217728"}, 128 * mib},
	} {
		root := fstest.MapFS{}
		for file, text := range c.files {
			root[file] = &fstest.MapFile{Data: []byte(text)}
		}
		if got := machineMemory(root); got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
}

func TestBytes(t *testing.T) {
	for text, want := range map[string]Bytes{
		"0": 0, "1": 1, "1000": 1000, "64MB": 64 << 20, "64mb": 64 << 20, "64M": 64 << 20, "64MiB": 64 << 20, "1.5GB": 3 << 29, "2 GiB": 2 << 30,
		"1K": 1024, "1T": 1 << 40, " 1B ": 1, "12": 12,
	} {
		var b Bytes
		if err := b.UnmarshalText([]byte(text)); err != nil || b != want {
			t.Errorf("%q is %d, %v, want %d", text, b, err, want)
		}
	}
	for _, text := range []string{"", "x", "MB", "-1", "-1MB", "1XB", "1 M B", "1MM", "nan", "inf", "1e30", "9999999T", "50%", "1,5GB", "0x10"} {
		var b Bytes
		if err := b.UnmarshalText([]byte(text)); err == nil || !strings.Contains(err.Error(), "512MB") {
			t.Errorf("%q is %d, %v", text, b, err)
		}
	}
}
