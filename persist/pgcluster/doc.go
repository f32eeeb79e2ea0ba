// Package pgcluster runs a throw-away Postgres cluster from the binaries that
// are installed on this machine, and kills, pauses and restarts it.
//
//	c, err := pgcluster.Start(ctx, pgcluster.Options{})
//	err = c.CreateDatabase(ctx, "docs")
//	… c.URL("docs") …
//	err = c.Kill()       // a crash: no process of it is left
//	err = c.Restart(ctx) // recovers, at the same address
//	err = c.Stop()       // nothing is left, unless Options.Dir said where
//
// It is for tests and for `collabd torture`, which must do to a database what
// nobody wants to be done to theirs. The cluster is as durable as Postgres is
// by default (fsync, synchronous_commit and full_page_writes are on), listens
// on 127.0.0.1 and on a socket in its folder, and asks for a password that is
// made at random.
//
// Postgres refuses to run as root: then it runs as the user "postgres", or
// "nobody" where there is none. On Linux it dies with the process that started
// it, whatever ends that; only the folder is left then.
//
// A Cluster's methods are called one at a time, apart from URL and SocketURL.
package pgcluster
