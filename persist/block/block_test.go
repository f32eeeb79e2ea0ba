package block_test

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/persist/block"
	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/wire"
)

// draw makes records of some clients that apply to a rich document, with all that
// an op can have.
func draw(rnd *rand.Rand, first wire.Revision, n int) []session.Record {
	value := func(json string) ot.Value {
		v, err := ot.ParseValue([]byte(json), 8)
		if err != nil {
			panic(err)
		}
		return v
	}
	attrs := []ot.Attrs{
		{}, {}, {},
		ot.NewAttrs(map[string]ot.Value{"bold": value("true")}),
		ot.NewAttrs(map[string]ot.Value{"bold": value("null"), "link": value(`"https://x/é😀"`)}),
		ot.NewAttrs(map[string]ot.Value{"header": value("2"), "list": value(`{"a":[1,null,"\u0000"]}`)}),
	}
	texts := []string{"a", "b", "\n", "é", "😀", "a longer text", "\x00\x1f\"\\", "字"}
	clients := 1 + rnd.IntN(6)
	seqs := make([]wire.Seq, clients)
	at := time.UnixMicro(rnd.Int64N(1 << 52)).UTC()
	length := 0
	records := make([]session.Record, 0, n)
	for i := range n {
		var b ot.Builder
		left := length
		for range 1 + rnd.IntN(4) {
			a := attrs[rnd.IntN(len(attrs))]
			switch k := rnd.IntN(5); {
			case k == 0 && left > 0:
				n := 1 + rnd.IntN(left)
				b.Retain(n, a)
				left -= n
			case k == 1 && left > 0:
				n := 1 + rnd.IntN(min(left, 3))
				b.Delete(n)
				left -= n
			case k == 2:
				b.InsertEmbed(ot.NewEmbed("image", value(fmt.Sprintf(`"/f/%d"`, rnd.IntN(3)))), a)
			default:
				b.Insert(texts[rnd.IntN(len(texts))], a)
			}
		}
		op := b.Op()
		length += op.TargetLen() - op.BaseLen()
		c := rnd.IntN(clients)
		if seqs[c]++; rnd.IntN(20) == 0 {
			seqs[c] += wire.Seq(rnd.IntN(1000))
		}
		at = at.Add(time.Duration(rnd.Int64N(1<<uint(1+rnd.IntN(40)))-5) * time.Microsecond)
		records = append(records, session.Record{
			Revision: first + wire.Revision(i), Client: wire.ClientID(fmt.Sprintf("client %d", c)), Seq: seqs[c],
			User: wire.UserID(fmt.Sprint("user ", c/2)), At: at, Digest: rnd.Uint64(), Op: op,
		})
	}
	return records
}

// forget takes the digests away that a block does not keep.
func forget(records []session.Record) []session.Record {
	out := slices.Clone(records)
	last := map[wire.ClientID]wire.Seq{}
	for _, r := range records {
		last[r.Client] = max(last[r.Client], r.Seq)
	}
	for i, r := range records {
		if r.Seq != last[r.Client] {
			out[i].Digest = 0
		}
	}
	return out
}

func same(a, b session.Record) bool {
	return a.Revision == b.Revision && a.Client == b.Client && a.Seq == b.Seq && a.User == b.User &&
		a.At.Equal(b.At) && a.Digest == b.Digest && a.Op.Equal(b.Op)
}

func check(t *testing.T, records []session.Record) block.Block {
	t.Helper()
	b := block.Encode(records)
	got, err := b.Decode()
	if err != nil {
		t.Fatal(err)
	}
	if want := forget(records); !slices.EqualFunc(got, want, same) {
		for i := range got {
			if !same(got[i], want[i]) {
				t.Fatalf("record %d is\n%+v, want\n%+v", i, got[i], want[i])
			}
		}
		t.Fatalf("%d records, want %d", len(got), len(want))
	}
	facts, err := b.DecodeFacts()
	if err != nil {
		t.Fatal(err)
	}
	for i, r := range got {
		if f := (block.Fact{Client: r.Client, Seq: r.Seq, User: r.User, At: r.At, Digest: r.Digest}); f != facts[i] {
			t.Fatalf("fact %d is %+v, want %+v", i, facts[i], f)
		}
	}
	return b
}

// Decode(Encode(r)) = r, but for the digests.
func TestAnyRecordsComeBack(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	rnd := rand.New(rand.NewPCG(seed, 0))
	for range 300 {
		check(t, draw(rnd, 1+wire.Revision(rnd.IntN(1<<40)), 1+rnd.IntN(200)))
	}
}

// Numbers at the ends of their ranges are kept.
func TestExtremes(t *testing.T) {
	records := draw(rand.New(rand.NewPCG(1, 1)), math.MaxInt64-3, 4)
	for i, r := range []struct {
		seq wire.Seq
		at  int64
	}{{math.MaxInt64, math.MinInt64}, {1, math.MaxInt64}, {math.MaxInt64 - 1, 0}, {2, -1}} {
		records[i].Client, records[i].Seq, records[i].At, records[i].User = "c", r.seq, time.UnixMicro(r.at).UTC(), ""
	}
	records[3].Op = ot.Op{} // one that changes nothing
	check(t, records)
}

// A typed letter takes less than two bytes besides the noise of the clock.
func TestTypedLettersAreSmall(t *testing.T) {
	rnd := rand.New(rand.NewPCG(2, 2))
	var records []session.Record
	text := []byte("the quick brown fox jumps over the lazy dog. ")
	for i := range 4096 {
		var b ot.Builder
		records = append(records, session.Record{
			Revision: wire.Revision(i + 1), Client: "01234567890123456789", Seq: wire.Seq(i + 1), User: "u",
			At: time.UnixMicro(int64(i) * 100_000).UTC(), Digest: rnd.Uint64(),
			Op: b.Retain(i, ot.Attrs{}).Insert(string(text[rnd.IntN(len(text))]), ot.Attrs{}).Op(),
		})
	}
	b := check(t, records)
	if n := len(b.Facts) + len(b.Ops); n > 4096 {
		t.Errorf("%d bytes for 4096 letters", n)
	}
}

// Bytes that are not a block are an error, whatever they are.
func TestDamagedBytes(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	rnd := rand.New(rand.NewPCG(seed, 0))
	refused := 0
	for range 500 {
		b := block.Encode(draw(rnd, 1, 1+rnd.IntN(30)))
		part := &b.Facts
		if rnd.IntN(2) == 0 {
			part = &b.Ops
		}
		*part = slices.Clone(*part)
		switch rnd.IntN(3) {
		case 0:
			(*part)[rnd.IntN(len(*part))] ^= 1 << rnd.IntN(8)
		case 1:
			*part = (*part)[:rnd.IntN(len(*part))]
		default:
			*part = append(*part, byte(rnd.IntN(256)))
		}
		if _, err := b.Decode(); err != nil {
			if refused++; !errors.Is(err, block.ErrFormat) {
				t.Errorf("error is %v", err)
			}
		}
	}
	if refused < 250 {
		t.Errorf("%d of 500 were refused", refused)
	}
}

// FuzzDecode: no bytes make it panic.
func FuzzDecode(f *testing.F) {
	rnd := rand.New(rand.NewPCG(3, 3))
	for n := range 5 {
		b := block.Encode(draw(rnd, 1, n+1))
		f.Add(b.Facts, b.Ops, n+1)
	}
	f.Fuzz(func(_ *testing.T, facts, ops []byte, n int) {
		_, _ = block.Block{First: 1, Last: wire.Revision(max(1, min(n, 1000))), Facts: facts, Ops: ops}.Decode()
	})
}

func BenchmarkDecode(b *testing.B) {
	packed := block.Encode(draw(rand.New(rand.NewPCG(4, 4)), 1, 4096))
	for b.Loop() {
		if _, err := packed.Decode(); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDecodeFacts(b *testing.B) {
	packed := block.Encode(draw(rand.New(rand.NewPCG(4, 4)), 1, 4096))
	for b.Loop() {
		if _, err := packed.DecodeFacts(); err != nil {
			b.Fatal(err)
		}
	}
}
