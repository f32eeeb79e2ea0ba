package docx_test

import (
	"archive/zip"
	"bytes"
	"strings"
	"testing"

	"github.com/collabd/collabd/formats/docx"
	"github.com/collabd/collabd/ot"
)

const (
	spaces = ` xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml" xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture" xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"`
	head   = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>`
	relsOf = `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">`
	office = `http://schemas.openxmlformats.org/officeDocument/2006/relationships/`
)

// sample is a file as a program would write it: its parts without the wrapping.
type sample struct {
	body, styles, numbering, rels, footnotes string
	more                                     map[string]string // other parts
}

func (s sample) file(t testing.TB) []byte {
	t.Helper()
	parts := map[string]string{
		"[Content_Types].xml": head + `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>`,
		"_rels/.rels":         head + relsOf + `<Relationship Id="rId1" Type="` + office + `officeDocument" Target="word/document.xml"/></Relationships>`,
		"word/document.xml":   head + `<w:document` + spaces + `><w:body>` + s.body + `<w:sectPr><w:headerReference w:type="default" r:id="rId9"/></w:sectPr></w:body></w:document>`,
		"word/styles.xml":     head + `<w:styles` + spaces + `>` + s.styles + `</w:styles>`,
		"word/numbering.xml":  head + `<w:numbering` + spaces + `>` + s.numbering + `</w:numbering>`,
		"word/footnotes.xml":  head + `<w:footnotes` + spaces + `>` + s.footnotes + `</w:footnotes>`,
		"word/_rels/document.xml.rels": head + relsOf + `<Relationship Id="rId1" Type="` + office + `styles" Target="styles.xml"/><Relationship Id="rId2" Type="` + office + `numbering" Target="/word/numbering.xml"/><Relationship Id="rId3" Type="` + office + `footnotes" Target="footnotes.xml"/>` +
			s.rels + `</Relationships>`,
	}
	for name, content := range s.more {
		parts[name] = content
	}
	return zipped(t, parts)
}

func zipped(t testing.TB, parts map[string]string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, content := range parts {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(content)); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// styles and lists as Word writes them, in German: the names are English.
const (
	wordStyles = `<w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:asciiTheme="minorHAnsi" w:hAnsiTheme="minorHAnsi"/><w:sz w:val="24"/></w:rPr></w:rPrDefault></w:docDefaults>` +
		`<w:style w:type="paragraph" w:default="1" w:styleId="Standard"><w:name w:val="Normal"/></w:style>` +
		`<w:style w:type="paragraph" w:styleId="berschrift1"><w:name w:val="heading 1"/><w:basedOn w:val="Standard"/><w:pPr><w:outlineLvl w:val="0"/></w:pPr><w:rPr><w:b/><w:color w:val="2F5496"/><w:sz w:val="32"/></w:rPr></w:style>` +
		`<w:style w:type="paragraph" w:customStyle="1" w:styleId="Kapitel"><w:name w:val="Kapitel"/><w:basedOn w:val="berschrift1"/></w:style>` +
		`<w:style w:type="paragraph" w:customStyle="1" w:styleId="Ebene3"><w:name w:val="Meine Ebene"/><w:pPr><w:outlineLvl w:val="2"/></w:pPr></w:style>` +
		`<w:style w:type="paragraph" w:styleId="Titel"><w:name w:val="Title"/><w:pPr><w:jc w:val="center"/></w:pPr><w:rPr><w:sz w:val="56"/></w:rPr></w:style>` +
		`<w:style w:type="paragraph" w:styleId="Zitat"><w:name w:val="Quote"/><w:rPr><w:i/><w:color w:val="404040"/></w:rPr></w:style>` +
		`<w:style w:type="paragraph" w:styleId="Warnung"><w:name w:val="Warnung"/><w:rPr><w:b/><w:color w:val="FF0000"/></w:rPr></w:style>` +
		`<w:style w:type="paragraph" w:styleId="Aufzhlung"><w:name w:val="List Bullet"/><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>` +
		`<w:style w:type="character" w:styleId="Fett"><w:name w:val="Strong"/><w:rPr><w:b/></w:rPr></w:style>` +
		`<w:style w:type="character" w:styleId="Hyperlink"><w:name w:val="Hyperlink"/><w:rPr><w:color w:val="0563C1" w:themeColor="hyperlink"/><w:u w:val="single"/></w:rPr></w:style>` +
		`<w:style w:type="paragraph" w:styleId="A"><w:name w:val="a"/><w:basedOn w:val="B"/></w:style><w:style w:type="paragraph" w:styleId="B"><w:name w:val="b"/><w:basedOn w:val="A"/></w:style>`
	wordNumbers = `<w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:numFmt w:val="bullet"/><w:lvlText w:val="&#xF0B7;"/></w:lvl><w:lvl w:ilvl="1"><w:numFmt w:val="bullet"/><w:lvlText w:val="o"/></w:lvl></w:abstractNum>` +
		`<w:abstractNum w:abstractNumId="1"><w:lvl w:ilvl="0"><w:numFmt w:val="decimal"/><w:lvlText w:val="%1."/></w:lvl><w:lvl w:ilvl="1"><w:numFmt w:val="lowerLetter"/><w:lvlText w:val="%2)"/></w:lvl></w:abstractNum>` +
		`<w:abstractNum w:abstractNumId="2"><w:numStyleLink w:val="Liste"/></w:abstractNum><w:abstractNum w:abstractNumId="3"><w:styleLink w:val="Liste"/><w:lvl w:ilvl="0"><w:numFmt w:val="upperRoman"/></w:lvl></w:abstractNum>` +
		`<w:abstractNum w:abstractNumId="4"><w:lvl w:ilvl="0"><w:numFmt w:val="bullet"/><w:lvlText w:val="&#xF0A8;"/></w:lvl></w:abstractNum>` +
		`<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num><w:num w:numId="2"><w:abstractNumId w:val="1"/></w:num>` +
		`<w:num w:numId="3"><w:abstractNumId w:val="3"/></w:num><w:num w:numId="4"><w:abstractNumId w:val="4"/></w:num>` +
		`<w:num w:numId="5"><w:abstractNumId w:val="1"/><w:lvlOverride w:ilvl="0"><w:lvl w:ilvl="0"><w:numFmt w:val="bullet"/><w:lvlText w:val="-"/></w:lvl></w:lvlOverride></w:num><w:num w:numId="6"><w:abstractNumId w:val="2"/></w:num>`
)

// p is a paragraph with properties and content.
func p(pPr, content string) string { return `<w:p><w:pPr>` + pPr + `</w:pPr>` + content + `</w:p>` }

// r is a run with properties and text.
func r(rPr, text string) string {
	return `<w:r><w:rPr>` + rPr + `</w:rPr><w:t xml:space="preserve">` + text + `</w:t></w:r>`
}

func val(element, value string) string { return `<w:` + element + ` w:val="` + value + `"/>` }

// What programs write, and what it is here.
func TestForeign(t *testing.T) {
	field := func(kind string) string { return `<w:r><w:fldChar w:fldCharType="` + kind + `"/></w:r>` }
	for _, c := range []struct{ name, body, want string }{
		{"empty", "", `[{"insert":"\n"}]`},
		{"plain", p("", r("", "a")+r("", "b")), `[{"insert":"ab\n"}]`},
		{"heading of Word in German", p(val("pStyle", "berschrift1"), r("", "H")), `[{"insert":"H"},{"insert":"\n","attributes":{"header":1}}]`},
		{"a style based on a heading", p(val("pStyle", "Kapitel"), r("", "H")), `[{"insert":"H"},{"insert":"\n","attributes":{"header":1}}]`},
		{"a style with an outline level", p(val("pStyle", "Ebene3"), r("", "H")), `[{"insert":"H"},{"insert":"\n","attributes":{"header":3}}]`},
		{"outline level of a paragraph", p(val("outlineLvl", "1"), r("", "H")), `[{"insert":"H"},{"insert":"\n","attributes":{"header":2}}]`},
		{"no outline level", p(val("outlineLvl", "9"), r("", "H")), `[{"insert":"H\n"}]`},
		{"title", p(val("pStyle", "Titel"), r("", "T")), `[{"insert":"T"},{"insert":"\n","attributes":{"align":"center","header":1}}]`},
		{"quote", p(val("pStyle", "Zitat"), r("", "Q")), `[{"insert":"Q"},{"insert":"\n","attributes":{"blockquote":true}}]`},
		{"a style for text shows", p(val("pStyle", "Warnung"), r("", "!")+r(val("b", "0"), "?")), `[{"insert":"!","attributes":{"bold":true,"color":"#ff0000"}},{"insert":"?","attributes":{"color":"#ff0000"}},{"insert":"\n"}]`},
		{"styles in a circle", p(val("pStyle", "A"), r("", "x")), `[{"insert":"x\n"}]`},
		{"unknown style", p(val("pStyle", "Nobody"), r("", "x")), `[{"insert":"x\n"}]`},
		{"character style", p("", r(val("rStyle", "Fett"), "x")), `[{"insert":"x","attributes":{"bold":true}},{"insert":"\n"}]`},
		{"toggles that are off", p("", r(val("b", "0")+val("i", "false")+val("u", "none")+val("strike", "off"), "x")), `[{"insert":"x\n"}]`},
		{"highlight before shade", p("", r(val("highlight", "yellow")+`<w:shd w:val="clear" w:fill="00FF00"/>`, "x")), `[{"insert":"x","attributes":{"background":"#ffff00"}},{"insert":"\n"}]`},
		{"black and white", p("", r(val("color", "000000")+`<w:shd w:val="clear" w:fill="auto"/>`, "x")), `[{"insert":"x\n"}]`},
		{"sizes", p("", r(val("sz", "24"), "a")+r(val("sz", "16"), "b")+r(val("sz", "36"), "c")+r(val("sz", "60"), "d")), `[{"insert":"a"},{"insert":"b","attributes":{"size":"small"}},{"insert":"c","attributes":{"size":"large"}},{"insert":"d","attributes":{"size":"huge"}},{"insert":"\n"}]`},
		{"fonts", p("", r(`<w:rFonts w:ascii="Arial"/>`, "a")+r(`<w:rFonts w:ascii="Liberation Serif"/>`, "b")+r(`<w:rFonts w:ascii="Consolas"/>`, "c")), `[{"insert":"a"},{"insert":"b","attributes":{"font":"serif"}},{"insert":"c","attributes":{"font":"monospace"}},{"insert":"\n"}]`},
		{"hidden", p("", r("<w:vanish/>", "x")+r("", "y")), `[{"insert":"y\n"}]`},

		{"bullets", p(`<w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr>`, r("", "a")) + p(`<w:numPr><w:ilvl w:val="1"/><w:numId w:val="1"/></w:numPr>`, r("", "b")), `[{"insert":"a"},{"insert":"\n","attributes":{"list":"bullet"}},{"insert":"b"},{"insert":"\n","attributes":{"indent":1,"list":"bullet"}}]`},
		{"bullets by a style", p(val("pStyle", "Aufzhlung"), r("", "a")), `[{"insert":"a"},{"insert":"\n","attributes":{"list":"bullet"}}]`},
		{"a style's bullet taken away", p(val("pStyle", "Aufzhlung")+`<w:numPr><w:numId w:val="0"/></w:numPr>`, r("", "a")), `[{"insert":"a\n"}]`},
		{"numbers, overridden", p(`<w:numPr><w:numId w:val="2"/></w:numPr>`, r("", "a")) + p(`<w:numPr><w:numId w:val="5"/></w:numPr>`, r("", "b")), `[{"insert":"a"},{"insert":"\n","attributes":{"list":"ordered"}},{"insert":"b"},{"insert":"\n","attributes":{"list":"bullet"}}]`},
		{"numbers by a list style", p(`<w:numPr><w:numId w:val="6"/></w:numPr>`, r("", "a")), `[{"insert":"a"},{"insert":"\n","attributes":{"list":"ordered"}}]`},
		{"boxes of Wingdings", p(`<w:numPr><w:numId w:val="4"/></w:numPr>`, r("", "a")), `[{"insert":"a"},{"insert":"\n","attributes":{"list":"unchecked"}}]`},
		{"a numbering that is not there", p(`<w:numPr><w:numId w:val="77"/></w:numPr>`, r("", "a")), `[{"insert":"a\n"}]`},
		{"a numbered heading is a heading", p(val("pStyle", "berschrift1")+`<w:numPr><w:numId w:val="2"/></w:numPr>`, r("", "H")), `[{"insert":"H"},{"insert":"\n","attributes":{"header":1}}]`},
		{"box to tick", p("", `<w:sdt><w:sdtPr><w14:checkbox><w14:checked w14:val="1"/></w14:checkbox></w:sdtPr><w:sdtContent><w:r><w:t>☒</w:t></w:r></w:sdtContent></w:sdt>`+r("", " done")), `[{"insert":"done"},{"insert":"\n","attributes":{"list":"checked"}}]`},

		{"align, direction, indent", p(`<w:bidi/><w:ind w:start="1440"/>`+val("jc", "start"), r("", "a")), `[{"insert":"a"},{"insert":"\n","attributes":{"align":"right","direction":"rtl","indent":2}}]`},
		{"justified", p(val("jc", "both"), r("", "a")), `[{"insert":"a"},{"insert":"\n","attributes":{"align":"justify"}}]`},

		{"link", p("", `<w:hyperlink r:id="rId10" w:history="1">`+r(val("rStyle", "Hyperlink"), "x")+`</w:hyperlink>`), `[{"insert":"x","attributes":{"link":"https://example.com/a?b=1&c"}},{"insert":"\n"}]`},
		{"link as Google Docs has it", p("", `<w:hyperlink r:id="rId10">`+r(val("color", "1155cc")+val("u", "single"), "x")+`</w:hyperlink>`), `[{"insert":"x","attributes":{"link":"https://example.com/a?b=1&c"}},{"insert":"\n"}]`},
		{"link to a place", p("", `<w:hyperlink w:anchor="part">`+r("", "x")+`</w:hyperlink><w:hyperlink w:anchor="_Toc1">`+r("", "y")+`</w:hyperlink>`), `[{"insert":"x","attributes":{"link":"#part"}},{"insert":"y\n"}]`},
		{"script as a link", p("", `<w:hyperlink r:id="rId11">`+r("", "x")+`</w:hyperlink>`), `[{"insert":"x\n"}]`},
		{"field", p("", field("begin")+`<w:r><w:instrText> HYPERLINK "https://example.com/" \l "at" </w:instrText></w:r>`+field("separate")+r("", "x")+field("end")+r("", "y")), `[{"insert":"x","attributes":{"link":"https://example.com/#at"}},{"insert":"y\n"}]`},
		{"field of a table of contents", p("", field("begin")+`<w:r><w:instrText>HYPERLINK \l "_Toc1"</w:instrText></w:r>`+field("separate")+r("", "x")+field("end")), `[{"insert":"x\n"}]`},
		{"fields in fields", p("", field("begin")+`<w:r><w:instrText>IF </w:instrText></w:r>`+field("begin")+`<w:r><w:instrText>PAGE</w:instrText></w:r>`+field("separate")+r("", "hidden")+field("end")+field("separate")+r("", "shown")+field("end")), `[{"insert":"shown\n"}]`},
		{"simple field", p("", `<w:fldSimple w:instr="HYPERLINK &quot;https://example.com/&quot;">`+r("", "x")+`</w:fldSimple>`), `[{"insert":"x","attributes":{"link":"https://example.com/"}},{"insert":"\n"}]`},

		{"tracked changes", p("", `<w:ins w:id="1">`+r("", "new")+`</w:ins><w:del w:id="2"><w:r><w:delText>old</w:delText><w:tab/></w:r></w:del><w:moveFrom>`+r("", "there")+`</w:moveFrom><w:moveTo>`+r("", "here")+`</w:moveTo>`), `[{"insert":"newhere\n"}]`},
		{"format before a change", p(`<w:pPrChange><w:pPr><w:jc w:val="center"/></w:pPr></w:pPrChange>`, r(`<w:i/><w:rPrChange><w:rPr><w:b/></w:rPr></w:rPrChange>`, "x")), `[{"insert":"x","attributes":{"italic":true}},{"insert":"\n"}]`},
		{"deleted end of a paragraph", p(`<w:rPr><w:del w:id="1"/></w:rPr>`, r("", "one ")) + p(val("jc", "center"), r("", "line")), `[{"insert":"one line"},{"insert":"\n","attributes":{"align":"center"}}]`},
		{"the last end is deleted", p(`<w:rPr><w:del w:id="1"/></w:rPr>`, r("", "one")), `[{"insert":"one\n"}]`},
		{"comments and bookmarks", p("", `<w:commentRangeStart w:id="0"/><w:bookmarkStart w:id="1" w:name="b"/>`+r("", "x")+`<w:bookmarkEnd w:id="1"/><w:commentRangeEnd w:id="0"/><w:r><w:commentReference w:id="0"/></w:r>`), `[{"insert":"x\n"}]`},
		{"controls and tags", `<w:sdt><w:sdtPr><w:placeholder><w:docPart w:val="x"/></w:placeholder></w:sdtPr><w:sdtContent>` + p("", `<w:smartTag><w:sdt><w:sdtContent>`+r("", "x")+`</w:sdtContent></w:sdt></w:smartTag>`) + `</w:sdtContent></w:sdt>`, `[{"insert":"x\n"}]`},

		{"breaks and signs", p("", `<w:r><w:t>a</w:t><w:br/><w:t>b</w:t><w:cr/><w:t>c</w:t><w:br w:type="page"/><w:tab/><w:noBreakHyphen/><w:sym w:font="Wingdings" w:char="F0FE"/></w:r>`), "[{\"insert\":\"a\\nb\\nc\\t\u2011\u2611\\n\"}]"},
		{"a break in an item", p(`<w:numPr><w:numId w:val="1"/></w:numPr>`, `<w:r><w:t>a</w:t><w:br/><w:t>b</w:t></w:r>`), `[{"insert":"a b"},{"insert":"\n","attributes":{"list":"bullet"}}]`},
		{"table", `<w:tbl><w:tblPr/><w:tblGrid><w:gridCol/></w:tblGrid><w:tr><w:tc>` + p("", r("", "a")) + p("", r("", "b")) + `</w:tc><w:tc>` + p("", "") + `</w:tc></w:tr><w:tr><w:trPr/><w:sdt><w:sdtContent><w:tc>` + p("", r("", "c")) +
			`<w:tbl><w:tr><w:tc>` + p("", r("", "d")) + `</w:tc><w:tc>` + p("", r("", "e")) + `</w:tc></w:tr></w:tbl>` + p("", "") + `</w:tc></w:sdtContent></w:sdt><w:tc>` + p("", r("", "f")) + `</w:tc></w:tr></w:tbl>`, `[{"insert":"a b\t\nc d e\tf\n"}]`},
		{"line across", p(`<w:pBdr><w:bottom w:val="single"/></w:pBdr>`, ""), `[{"insert":{"divider":true}},{"insert":"\n"}]`},
		{"text with a line below", p(`<w:pBdr><w:bottom w:val="single"/></w:pBdr>`, r("", "x")), `[{"insert":"x\n"}]`},
		{"text box, said twice", p("", r("", "a")+`<w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wp:inline><a:graphic><a:graphicData><wps:wsp><wps:txbx><w:txbxContent>`+p("", r("", "box"))+`</w:txbxContent></wps:txbx></wps:wsp></a:graphicData></a:graphic></wp:inline></w:drawing></mc:Choice><mc:Fallback><w:pict><v:textbox><w:txbxContent>`+p("", r("", "box"))+`</w:txbxContent></v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r>`+r("", "b")), `[{"insert":"ab\nbox\n"}]`},
		{"formula of Word", p("", `<m:oMathPara><m:oMath><m:r><m:t>x</m:t></m:r><m:r><m:t>=1</m:t></m:r></m:oMath></m:oMathPara>`), `[{"insert":"x=1\n"}]`},
		{"note", p("", r("", "a")+`<w:r><w:footnoteReference w:id="2"/></w:r>`), `[{"insert":"a"},{"insert":"[1]","attributes":{"script":"super"}},{"insert":"\n[1] the note\n"}]`},
		{"ruby", p("", `<w:r><w:ruby><w:rt><w:r><w:t>kan</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>漢</w:t></w:r></w:rubyBase></w:ruby></w:r>`), `[{"insert":"漢\n"}]`},
		{"line breaks in the source", p("", "<w:r><w:t>a\n b</w:t></w:r>"), `[{"insert":"a  b\n"}]`},
		{"picture of another site", p("", `<w:r><w:drawing><a:blip r:link="rId12"/></w:drawing></w:r>`), `[{"insert":{"image":"https://example.com/p.png"}},{"insert":"\n"}]`},
		{"a mention that was edited", p("", `<w:sdt><w:sdtPr><w:tag w:val="mention:u1"/></w:sdtPr><w:sdtContent>`+r("", "Ann")+`</w:sdtContent></w:sdt>`), `[{"insert":"Ann\n"}]`},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := read(t, sample{
				body: c.body, styles: wordStyles, numbering: wordNumbers,
				footnotes: `<w:footnote w:type="separator" w:id="0"><w:p/></w:footnote><w:footnote w:id="2">` + p("", `<w:r><w:footnoteRef/></w:r>`+r("", "the note")) + `</w:footnote>`,
				rels: `<Relationship Id="rId10" Type="` + office + `hyperlink" Target="https://example.com/a?b=1&amp;c" TargetMode="External"/>` +
					`<Relationship Id="rId11" Type="` + office + `hyperlink" Target="javascript:alert(1)" TargetMode="External"/>` +
					`<Relationship Id="rId12" Type="` + office + `image" Target="https://example.com/p.png" TargetMode="External"/>`,
			}.file(t))
			if got := string(d.Op.AppendJSON(nil)); got != c.want {
				want, err := ot.Parse([]byte(c.want), ot.Limits{})
				if err != nil || !want.Equal(d.Op) {
					t.Errorf("got  %s\nwant %s (%v)", got, c.want, err)
				}
			}
			checkRich(t, d.Op)
		})
	}
}

// checkRich: what is read is a rich document.
func checkRich(t testing.TB, op ot.Op) {
	t.Helper()
	units := 0
	for c := range op.Components() {
		if c.Kind != ot.Insert {
			t.Fatal("no document")
		}
		units += c.Len
	}
	if err := ot.Rich.CheckLen(op, 1); err != nil {
		t.Fatalf("%v: %s", err, op.AppendJSON(nil))
	}
	if s := docx.Plain(op); units == 0 || !strings.HasSuffix(mustDoc(t, op).Text(), "\n") {
		t.Fatalf("no last line break in %q", s)
	}
}

// Pictures: PNG, JPEG and GIF are taken, once each; others are counted.
func TestForeignPictures(t *testing.T) {
	picture := func(id string) string {
		return p("", `<w:r><w:drawing><wp:inline><a:graphic><a:graphicData><pic:pic><pic:blipFill><a:blip r:embed="`+id+`"/></pic:blipFill></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r>`)
	}
	d := read(t, sample{
		body: picture("i1") + picture("i1") + picture("i2") + picture("i3") + p("", `<w:r><w:pict><v:shape><v:imagedata r:id="i1"/></v:shape></w:pict></w:r>`) + p("", `<w:r><w:drawing><wp:inline/></w:drawing></w:r>`),
		rels: `<Relationship Id="i1" Type="` + office + `image" Target="media/image1.png"/><Relationship Id="i2" Type="` + office + `image" Target="media/image2.emf"/><Relationship Id="i3" Type="` + office + `image" Target="media/gone.png"/>`,
		more: map[string]string{"word/media/image1.png": string(pictures(t)["/files/d/one"]), "word/media/image2.emf": "EMF"},
	}.file(t))
	if len(d.Images) != 1 || d.Images[0].Type != "image/png" || d.Images[0].Width != 3 || d.Dropped != 3 {
		t.Fatalf("%d pictures, %d dropped", len(d.Images), d.Dropped)
	}
	if n := strings.Count(string(d.Op.AppendJSON(nil)), d.Images[0].URL); n != 3 {
		t.Errorf("the picture is shown %d times", n)
	}
}
