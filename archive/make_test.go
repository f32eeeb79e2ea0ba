package archive_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/collabd/collabd/archive"
	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/persist"
	"github.com/collabd/collabd/session"
)

// What is made is what was asked for, in edits that are not too large.
func TestMake(t *testing.T) {
	bold := ot.NewAttrs(map[string]ot.Value{"bold": ot.True})
	heading := ot.NewAttrs(map[string]ot.Value{"header": "1"})
	many := func(b *ot.Builder) {
		for i := range 50_000 {
			b.Insert("x", []ot.Attrs{{}, bold}[i%2])
		}
	}
	for name, c := range map[string]struct {
		kind    ot.DocKind
		build   func(b *ot.Builder)
		records int
	}{
		"empty rich":    {ot.Rich, func(b *ot.Builder) { b.Insert("\n", ot.Attrs{}) }, 0},
		"empty text":    {ot.Text, func(*ot.Builder) {}, 0},
		"the last line": {ot.Rich, func(b *ot.Builder) { b.Insert("\n", heading) }, 1},
		"text":          {ot.Text, func(b *ot.Builder) { b.Insert("a\nb", ot.Attrs{}) }, 1},
		"rich":          {ot.Rich, func(b *ot.Builder) { b.Insert("a", bold).Insert("\n", heading).Insert("b\n\n", ot.Attrs{}) }, 1},
		"picture": {ot.Rich, func(b *ot.Builder) {
			b.InsertEmbed(ot.NewEmbed("image", ot.StringValue("/word/png/1")), bold).Insert("\n", ot.Attrs{})
		}, 1},
		"long":               {ot.Text, func(b *ot.Builder) { b.Insert(strings.Repeat("x", 600_000), ot.Attrs{}) }, 3},
		"pairs at the edges": {ot.Text, func(b *ot.Builder) { b.Insert("x"+strings.Repeat("😀", 300_000), ot.Attrs{}) }, 3},
		"many formats":       {ot.Rich, func(b *ot.Builder) { many(b); b.Insert("\n", heading) }, 3},
	} {
		t.Run(name, func(t *testing.T) {
			s := persist.NewMemory()
			var b ot.Builder
			c.build(&b)
			op := b.Op()
			got, err := archive.Make(t.Context(), s, archive.Content{
				Kind: c.kind, Title: "t", Op: op, Images: []archive.Image{{URL: "/word/png/1", Data: []byte(picture), Type: "image/png"}},
			}, "u1")
			if err != nil {
				t.Fatal(err)
			}
			doc, err := session.ReadAt(t.Context(), s, got.Document.ID, got.Document.Head)
			if err != nil {
				t.Fatal(err)
			}
			files, err := s.Files(t.Context(), got.Document.ID)
			if err != nil || len(files) != 1 {
				t.Fatalf("%d files, %v", len(files), err)
			}
			want := strings.ReplaceAll(string(op.AppendJSON(nil)), "/word/png/1", archive.FileURL(got.Document.ID, files[0].ID))
			if is := string(doc.Op().AppendJSON(nil)); is != want {
				t.Errorf("%.200s, not %.200s", is, want)
			}
			records, err := s.Records(t.Context(), got.Document.ID, 0, got.Document.Head)
			if err != nil || len(records) != c.records {
				t.Errorf("%d records, not %d: %v", len(records), c.records, err)
			}
			for _, r := range records {
				if r.User != "u1" || r.Op.Len() > ot.DefaultLimits().Components || r.Op.TargetLen()-r.Op.BaseLen() > ot.DefaultLimits().InsertUnits {
					t.Errorf("an edit by %q of %d components", r.User, r.Op.Len())
				}
			}
			if _, err := s.Verify(t.Context(), got.Document.ID); err != nil {
				t.Error(err)
			}
		})
	}
}

// What is no document of its kind is refused, and nothing stored.
func TestMakeRefused(t *testing.T) {
	s := persist.NewMemory()
	var b ot.Builder
	for _, c := range []struct {
		kind ot.DocKind
		op   ot.Op
		want error
	}{
		{ot.Rich, b.Insert("no line break", ot.Attrs{}).Op(), archive.ErrUnreadable},
		{ot.Rich, ot.Op{}, archive.ErrUnreadable},
		{ot.Rich, b.Retain(1, ot.Attrs{}).Delete(1).Op(), archive.ErrUnreadable},
		{ot.Rich, b.Insert("\n", ot.NewAttrs(map[string]ot.Value{"onclick": ot.True})).Op(), archive.ErrUnreadable},
		{ot.Text, b.Insert("x", ot.NewAttrs(map[string]ot.Value{"bold": ot.True})).Op(), archive.ErrUnreadable},
		{ot.Text, b.Insert(strings.Repeat("x", 17<<20), ot.Attrs{}).Op(), archive.ErrTooLarge},
	} {
		if _, err := archive.Make(t.Context(), s, archive.Content{Kind: c.kind, Op: c.op}, "u1"); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, expected %v", c.op, err, c.want)
		}
	}
	if docs, _, err := s.ListDocuments(t.Context(), 10, ""); err != nil || len(docs) != 0 {
		t.Errorf("%d documents, %v", len(docs), err)
	}
}
