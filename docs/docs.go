// Package docs holds the pages about collabd that the program itself shows:
// the description of its HTTP interface. The other files of this folder are
// for people.
package docs

import _ "embed"

// OpenAPI is the description of the HTTP interface as OpenAPI 3.1, in YAML
// (https://spec.openapis.org/oas/v3.1.1.html). It must not be changed.
//
//go:embed openapi.yaml
var OpenAPI []byte
