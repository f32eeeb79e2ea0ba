package main

import (
	"encoding/json"
	"fmt"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/alecthomas/kong"

	"github.com/collabd/collabd/server"
)

// metric is one sample that a server with an admin address shows.
func (p *program) metric(name string) float64 {
	p.t.Helper()
	found := regexp.MustCompile(`(?m)^` + regexp.QuoteMeta(name) + ` (\S+)$`).FindStringSubmatch(get(p.t, p.adminURL()+"/metrics"))
	if found == nil {
		p.t.Fatalf("there is no %s", name)
	}
	v, err := strconv.ParseFloat(found[1], 64)
	if err != nil {
		p.t.Fatal(err)
	}
	return v
}

// adminURL is the admin address, as the log has it.
func (p *program) adminURL() string {
	p.t.Helper()
	for until := time.Now().Add(patience); time.Now().Before(until); runtime.Gosched() {
		for line := range strings.Lines(p.stderr.String()) {
			var entry struct{ URL string }
			if json.Unmarshal([]byte(line), &entry) == nil && strings.HasSuffix(entry.URL, "/metrics") {
				return strings.TrimSuffix(entry.URL, "/metrics")
			}
		}
	}
	p.t.Fatalf("no admin address in %s", &p.stderr)
	return ""
}

func TestAdminAddress(t *testing.T) {
	p := serve(t, "--addr", "localhost:0", "--admin-addr", "localhost:0", "--max-connections", "123")
	if p.adminURL() == p.url {
		t.Fatal("both are the same")
	}
	if v := p.metric("collabd_connections_limit"); v != 123 {
		t.Errorf("the limit of connections is %v", v)
	}
	if got := get(t, p.adminURL()+"/healthz"); got != "{\"status\":\"ok\"}\n" {
		t.Errorf("healthz is %q", got)
	}
	if got := get(t, p.url+"/metrics"); !strings.Contains(got, "not_found") {
		t.Errorf("the public address shows %.100q", got)
	}
	if got := get(t, p.adminURL()+"/debug/pprof/goroutine?debug=1"); !strings.Contains(got, "goroutine profile") {
		t.Errorf("the profile is %.100q", got)
	}
	p.stop(syscall.SIGTERM)
}

// What the program may take: as told, as the environment tells the runtime, or
// half of what there is; and half of that for documents.
func TestMemory(t *testing.T) {
	const mib = 1 << 20
	const limit, documents = "go_gc_gomemlimit_bytes", "collabd_documents_limit_bytes"
	for name, c := range map[string]struct {
		args               []string
		env                string
		runtime, documents float64
	}{
		"told":               {[]string{"--memory", "200MB"}, "", 200 * mib, 100 * mib},
		"told by COLLABD":    {nil, "COLLABD_MEMORY=1GB", 1024 * mib, 512 * mib},
		"told to Go":         {nil, "GOMEMLIMIT=300MiB", 300 * mib, 150 * mib},
		"told both":          {[]string{"--memory", "200MB"}, "GOMEMLIMIT=300MiB", 300 * mib, 100 * mib},
		"told Go not to":     {[]string{"--memory", "200MB"}, "GOMEMLIMIT=off", 1<<63 - 1, 100 * mib},
		"told Go too little": {nil, "GOMEMLIMIT=40MiB", 40 * mib, 32 * mib},
		"nothing told of it": {nil, "", 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			cmd := command(t, append([]string{"--addr", "localhost:0", "--admin-addr", "127.0.0.1:0"}, c.args...)...)
			if c.env != "" {
				cmd.Env = append(cmd.Env, c.env)
			}
			p := started(t, cmd)
			defer p.stop(syscall.SIGTERM)
			gotRuntime, gotDocuments := p.metric(limit), p.metric(documents)
			if c.runtime == 0 { // depends on the machine
				c.runtime = gotRuntime
				c.documents = gotRuntime / 2
				if gotRuntime < 64*mib || gotRuntime > 1<<50 {
					t.Errorf("the program takes %v bytes", gotRuntime)
				}
			}
			near := func(a, b float64) bool { return a > 0.98*b && a < 1.02*b }
			if !near(gotRuntime, c.runtime) || !near(gotDocuments, c.documents) {
				t.Errorf("the program takes %v, its documents %v, want %v and %v", gotRuntime, gotDocuments, c.runtime, c.documents)
			}
		})
	}
}

func TestCannotStartLimited(t *testing.T) {
	running := serve(t, "--addr", "127.0.0.1:0")
	for name, c := range map[string]struct {
		args []string
		want string
	}{
		"metrics for all":      {[]string{"--admin-addr", "0.0.0.0:0"}, "--admin-public"},
		"an admin port taken":  {[]string{"--admin-addr", "127.0.0.1:" + running.port}, "another address with --admin-addr"},
		"no admin port":        {[]string{"--admin-addr", "localhost"}, "host:port"},
		"a proxy that is none": {[]string{"--trusted-proxies", "10.0.0.1,proxy"}, `"proxy"`},
		"too little memory":    {[]string{"--memory", "1MB"}, "64MB is the least"},
		"memory that is none":  {[]string{"--memory", "much"}, "512MB"},
		"below zero":           {[]string{"--max-connections=-1"}, "below zero"},
	} {
		t.Run(name, func(t *testing.T) {
			fails(t, command(t, append([]string{"--addr", "127.0.0.1:0"}, c.args...)...), c.want)
		})
	}
	running.stop(syscall.SIGTERM)
}

// Each flag of a limit is the limit that it says.
func TestLimitFlags(t *testing.T) {
	parse := func(args ...string) server.Config {
		t.Helper()
		var c cli
		if _, err := kong.Must(&c, limitDefaults()).Parse(args); err != nil {
			t.Fatal(err)
		}
		cfg, err := c.Serve.config()
		if err != nil {
			t.Fatal(err)
		}
		return cfg
	}
	usual, d := parse().Admission, server.DefaultAdmission()
	want := server.Admission{
		Connections: d.Connections, UserConnections: d.UserConnections, AddressConnections: d.AddressConnections, AddressGuests: d.AddressGuests,
	}
	if usual != want {
		t.Errorf("without flags: %+v", usual)
	}
	got := parse("--max-connections", "1", "--max-user-connections", "2", "--max-address-connections", "3", "--max-address-guests", "4",
		"--trusted-proxies", "10.0.0.1,192.0.2.0/24", "--memory", "1GB", "--admin-addr", ":9", "--admin-public")
	if (got.Admission != server.Admission{Connections: 1, UserConnections: 2, AddressConnections: 3, AddressGuests: 4}) ||
		fmt.Sprint(got.TrustedProxies) != "[10.0.0.1/32 192.0.2.0/24]" || got.Memory != 1<<30 || got.AdminAddr != ":9" || !got.AdminPublic {
		t.Errorf("%+v", got)
	}
}
