package docx

import (
	"encoding/xml"
	"strconv"
	"strings"
)

// numbering says what list a paragraph is in, by the id of its numbering and the
// level: "" is none.
type numbering struct {
	lists map[string]*listLevels // by numId
}

type listLevels [9]string

func readNumbering(a *archive, part string) (*numbering, error) {
	n := &numbering{lists: map[string]*listLevels{}}
	if part == "" {
		return n, nil
	}
	abstract := map[string]*listLevels{}
	byStyle := map[string]*listLevels{} // those that define a style
	refers := map[string]string{}       // those that are defined by one
	err := a.walk(part, a.lim.PartBytes, func(c *cursor, _ xml.StartElement) error {
		return c.children(func(e xml.StartElement) error {
			switch name(e.Name) {
			case "abstractNum":
				levels := &listLevels{}
				id := attr(e, "abstractNumId")
				abstract[id] = levels
				return c.children(func(e xml.StartElement) error {
					switch name(e.Name) {
					case "lvl":
						return levels.read(c, attr(e, "ilvl"))
					case "styleLink":
						byStyle[attr(e, "val")] = levels
					case "numStyleLink":
						refers[id] = attr(e, "val")
					}
					return nil
				})
			case "num":
				return n.readNum(c, attr(e, "numId"), abstract, byStyle, refers)
			}
			return nil
		})
	})
	return n, err
}

func (n *numbering) readNum(c *cursor, id string, abstract, byStyle map[string]*listLevels, refers map[string]string) error {
	var levels listLevels
	err := c.children(func(e xml.StartElement) error {
		switch name(e.Name) {
		case "abstractNumId":
			from := abstract[attr(e, "val")]
			if other := byStyle[refers[attr(e, "val")]]; other != nil {
				from = other
			}
			if from != nil {
				levels = *from
			}
		case "lvlOverride":
			level := attr(e, "ilvl")
			return c.children(func(e xml.StartElement) error {
				if name(e.Name) != "lvl" {
					return nil
				}
				return levels.read(c, level)
			})
		}
		return nil
	})
	n.lists[id] = &levels
	return err
}

// read reads the definition of a level.
func (l *listLevels) read(c *cursor, level string) error {
	format, text := "", ""
	err := c.children(func(e xml.StartElement) error {
		switch name(e.Name) {
		case "numFmt":
			format = attr(e, "val")
		case "lvlText":
			text = attr(e, "val")
		}
		return nil
	})
	n, bad := strconv.Atoi(level)
	if bad == nil && n >= 0 && n < len(l) {
		l[n] = listOf(format, strings.TrimSpace(text))
	}
	return err
}

// listOf tells lists by the format of their numbers and what stands before the
// text. Word draws boxes with a font of symbols.
func listOf(format, text string) string {
	switch {
	case format == "none":
		return ""
	case format != "bullet":
		return "ordered"
	case text == "\u2610" || text == "\u25A1" || text == "\u2751" || text == "\uF0A8" || text == "\uF06F" || text == "\uF071":
		return "unchecked"
	case text == "\u2611" || text == "\u2612" || text == "\u2705" || text == "\uF0FE" || text == "\uF052" || text == "\uF053":
		return "checked"
	}
	return "bullet"
}

// list returns the list of a paragraph.
func (n *numbering) list(number string, level int) string {
	if levels := n.lists[number]; levels != nil {
		return levels[min(max(level, 0), len(levels)-1)]
	}
	return ""
}
