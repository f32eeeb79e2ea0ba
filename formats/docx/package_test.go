package docx_test

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"net/url"
	"path"
	"slices"
	"strings"
	"testing"
)

// The children of some elements in the order in which the schema of Word has
// them (wml.xsd, of those that we write): Word refuses a file with another one.
var schemaOrder = map[string][]string{
	"pPr":      {"pStyle", "keepNext", "keepLines", "numPr", "pBdr", "shd", "bidi", "spacing", "ind", "contextualSpacing", "jc", "outlineLvl"},
	"rPr":      {"rStyle", "rFonts", "b", "bCs", "i", "iCs", "strike", "noProof", "color", "sz", "szCs", "u", "shd", "vertAlign", "rtl"},
	"numPr":    {"ilvl", "numId"},
	"style":    {"name", "basedOn", "next", "qFormat", "pPr", "rPr"},
	"lvl":      {"start", "numFmt", "lvlText", "lvlJc", "pPr"},
	"sdt":      {"sdtPr", "sdtContent"},
	"sdtPr":    {"alias", "tag"},
	"sectPr":   {"pgSz", "pgMar"},
	"settings": {"defaultTabStop", "characterSpacingControl", "compat"},
	"inline":   {"extent", "docPr", "cNvGraphicFramePr", "graphic"},
	"pic":      {"nvPicPr", "blipFill", "spPr"},
}

// checkPackage looks at a file as Word does when it opens it: every part is XML
// with a content type, every relationship leads somewhere, every id, style and
// numbering that is named is there, and children stand in the order of the schema.
func checkPackage(t testing.TB, file []byte) {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	parts := map[string][]byte{}
	for _, f := range z.File {
		rc, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(rc)
		if err != nil {
			t.Fatal(err)
		}
		if parts[f.Name] != nil {
			t.Errorf("%s is there twice", f.Name)
		}
		parts[f.Name] = data
	}
	named := map[string][]string{} // values by what names them
	ids := map[string]bool{}
	for name, data := range parts {
		ext := strings.TrimPrefix(path.Ext(name), ".")
		if ext != "xml" && ext != "rels" {
			if !bytes.Contains(parts["[Content_Types].xml"], []byte(`Extension="`+ext+`"`)) {
				t.Errorf("%s has no content type", name)
			}
			continue
		}
		if ext == "xml" && name != "[Content_Types].xml" && !bytes.Contains(parts["[Content_Types].xml"], []byte(`PartName="/`+name+`"`)) {
			t.Errorf("%s has no content type", name)
		}
		walkXML(t, name, data, func(element string, attrs map[string]string) {
			switch {
			case element == "Relationship" && attrs["TargetMode"] != "External":
				base := path.Dir(path.Dir(name))
				if target := path.Join(base, attrs["Target"]); parts[target] == nil {
					t.Errorf("%s leads to %s, which is not there", name, target)
				}
				fallthrough
			case element == "Relationship":
				if _, err := url.Parse(attrs["Target"]); err != nil {
					t.Errorf("Word does not open a file with the address %q", attrs["Target"])
				}
				if name == "word/_rels/document.xml.rels" {
					ids[attrs["Id"]] = true
				}
			case element == "hyperlink":
				named["id"] = append(named["id"], attrs["id"])
			case element == "blip":
				named["id"] = append(named["id"], attrs["embed"]+attrs["link"])
			case element == "pStyle" || element == "rStyle" || element == "basedOn" || element == "next":
				named["style"] = append(named["style"], attrs["val"])
			case element == "style":
				ids["style "+attrs["styleId"]] = true
			case element == "numId":
				named["num"] = append(named["num"], attrs["val"])
			case element == "num":
				ids["num "+attrs["numId"]] = true
			}
		})
	}
	for what, values := range named {
		for _, v := range values {
			key := v
			if what != "id" {
				key = what + " " + v
			}
			if !ids[key] {
				t.Errorf("%s %q is not there", what, v)
			}
		}
	}
}

// walkXML calls each for every element, and checks the order of children.
func walkXML(t testing.TB, part string, data []byte, each func(element string, attrs map[string]string)) {
	t.Helper()
	type frame struct {
		name string
		last int
	}
	var open []frame
	dec := xml.NewDecoder(bytes.NewReader(data))
	for {
		token, err := dec.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatalf("%s: %v", part, err)
		}
		switch e := token.(type) {
		case xml.StartElement:
			if n := len(open); n > 0 {
				if order, ok := schemaOrder[open[n-1].name]; ok {
					at := slices.Index(order, e.Name.Local)
					if at < 0 || at < open[n-1].last {
						t.Errorf("%s: %s in %s is not where the schema has it", part, e.Name.Local, open[n-1].name)
					}
					open[n-1].last = at
				}
			}
			open = append(open, frame{e.Name.Local, 0})
			attrs := map[string]string{}
			for _, a := range e.Attr {
				attrs[a.Name.Local] = a.Value
			}
			each(e.Name.Local, attrs)
		case xml.EndElement:
			open = open[:len(open)-1]
		}
	}
}
