package block

import (
	"time"

	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/wire"
)

// The columns of facts.
const (
	factNames   = iota // how many records; users, clients
	factClients        // the number of each record's client
	factUsers          // and of its user
	factSeqs           // differences from the next one of the client
	factTimes          // microseconds since 1970, differences from the time before: the bits from 16 up
	factTimes1         // bits 8 to 15, mostly noise,
	factTimes0         // and bits 0 to 7: apart, so that they do not spoil the others
	factDigests        // of the last records of the clients: how much further on each is, 8 bytes
	factColumns
)

// Fact is a record without its op.
type Fact struct {
	Client wire.ClientID
	Seq    wire.Seq
	User   wire.UserID
	At     time.Time
	Digest uint64 // 0 if the record was not the last one of its client
}

// encodeFacts makes the columns of records without their ops, and numbers the
// clients.
func encodeFacts(records []session.Record) ([]column, []uint64) {
	c := make([]column, factColumns)
	var users dictionary[wire.UserID]
	var clients dictionary[wire.ClientID]
	numbers := make([]uint64, len(records))
	var seqs []wire.Seq // of the record before of each client
	var last []int      // where its record with the highest one is
	micro := int64(0)
	for i := range records {
		r := &records[i]
		n := clients.index(r.Client)
		if n == uint64(len(seqs)) {
			seqs, last = append(seqs, 0), append(last, i)
		}
		numbers[i] = n
		c[factClients].uint(n)
		c[factUsers].uint(users.index(r.User))
		c[factSeqs].int(int64(r.Seq - seqs[n] - 1))
		step := zigzag(r.At.UnixMicro() - micro)
		c[factTimes].uint(step >> 16)
		c[factTimes1].byte(byte(step >> 8))
		c[factTimes0].byte(byte(step))
		if r.Seq > records[last[n]].Seq {
			last[n] = i
		}
		seqs[n], micro = r.Seq, r.At.UnixMicro()
	}
	names := &c[factNames]
	names.uint(uint64(len(records)))
	names.uint(uint64(len(users.list)))
	for _, u := range users.list {
		names.text(string(u))
	}
	names.uint(uint64(len(clients.list)))
	for _, cl := range clients.list {
		names.text(string(cl))
	}
	isLast := make([]bool, len(records))
	for _, i := range last {
		isLast[i] = true
	}
	before := -1
	for i := range records {
		if isLast[i] {
			c[factDigests].uint(uint64(i - before - 1))
			c[factDigests].fixed(records[i].Digest)
			before = i
		}
	}
	return c, numbers
}

// decodeFacts reads what encodeFacts wrote.
func decodeFacts(columns [][]byte, most int) ([]Fact, []uint64, error) {
	var c [factColumns]reader
	for i := range c {
		c[i].rest = columns[i]
	}
	names := &c[factNames]
	n := names.count(most)
	users := make([]wire.UserID, names.count(n))
	for i := range users {
		users[i] = wire.UserID(names.text())
	}
	clients := make([]wire.ClientID, names.count(n))
	for i := range clients {
		clients[i] = wire.ClientID(names.text())
	}
	facts, numbers := make([]Fact, n), make([]uint64, n)
	seqs := make([]wire.Seq, len(clients))
	micro := int64(0)
	for i := range facts {
		client, user := c[factClients].uint(), c[factUsers].uint()
		if client >= uint64(len(clients)) || user >= uint64(len(users)) {
			names.fail("an unknown client or user")
			break
		}
		seqs[client] += wire.Seq(c[factSeqs].int()) + 1
		micro += unzigzag(c[factTimes].uint()<<16 | uint64(c[factTimes1].byte())<<8 | uint64(c[factTimes0].byte()))
		numbers[i] = client
		facts[i] = Fact{Client: clients[client], Seq: seqs[client], User: users[user], At: time.UnixMicro(micro).UTC()}
	}
	for i := -1; len(c[factDigests].rest) > 0; {
		if i += c[factDigests].count(n) + 1; i >= n {
			c[factDigests].fail("a digest of no record")
			break
		}
		facts[i].Digest = c[factDigests].fixed()
	}
	for i := range c {
		if c[i].end(); c[i].err != nil {
			return nil, nil, c[i].err
		}
	}
	return facts, numbers, nil
}

// zigzag makes small numbers of numbers close to 0.
func zigzag(n int64) uint64 { return uint64(n)<<1 ^ uint64(n>>63) }

func unzigzag(n uint64) int64 { return int64(n>>1) ^ -int64(n&1) }
