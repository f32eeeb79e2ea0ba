package server

import (
	"encoding/json"
	"errors"
	"net/http"
	"strconv"

	"github.com/collabd/collabd/persist"
	"github.com/collabd/collabd/session"
)

// apiError is an error as a user of the API sees it: a code for programs and
// a sentence that says what to do. The cause is for the operator's log.
type apiError struct {
	Status  int
	Code    string
	Message string
	// Retry is in how many seconds to try again what was too much now, at
	// least 1.
	Retry int
	cause error
}

func (e *apiError) Error() string {
	if e.cause != nil {
		return e.Code + ": " + e.cause.Error()
	}
	return e.Code
}

func (e *apiError) Unwrap() error { return e.cause }

// with keeps the cause.
func (e apiError) with(err error) *apiError {
	e.cause = err
	return &e
}

// because says it more exactly.
func (e apiError) because(message string) *apiError {
	e.Message = message
	return &e
}

var (
	errBadRequest    = apiError{Status: 400, Code: "bad_request", Message: "The request is not understood."}
	errLoginNeeded   = apiError{Status: 401, Code: "login_needed", Message: "Guests are not allowed here, and this version has no accounts yet: start the server with --guests edit, or open it on this machine."}
	errForbidden     = apiError{Status: 403, Code: "forbidden", Message: "You may not do that."}
	errWrongOrigin   = apiError{Status: 403, Code: "wrong_origin", Message: "The request comes from another site."}
	errWrongHost     = apiError{Status: 421, Code: "wrong_host", Message: "This server is not known by that name: open it by its own address, or set --public-url."}
	errNotFound      = apiError{Status: 404, Code: "not_found", Message: "There is no such thing."}
	errNoDocument    = apiError{Status: 404, Code: "not_found", Message: "There is no such document."}
	errNoFolder      = apiError{Status: 404, Code: "no_such_folder", Message: "There is no such folder; it may have been deleted."}
	errManyFolders   = apiError{Status: 409, Code: "too_many_folders", Message: "There are too many folders already: delete some that you do not need."}
	errManyNames     = apiError{Status: 409, Code: "too_many_names", Message: "There are too many names already: take some away that you do not need."}
	errNoRevision    = apiError{Status: 404, Code: "no_such_revision", Message: "The document has no such revision yet."}
	errNoMethod      = apiError{Status: 405, Code: "method_not_allowed", Message: "This address does not take that method; the header Allow says which it takes."}
	errLeftOut       = apiError{Status: 409, Code: "post_left_out", Message: "A POST before this one did not arrive: repeat it first."}
	errAhead         = apiError{Status: 409, Code: "revision_ahead", Message: "The document has no such revision yet: read it, and write what you make of that."}
	errOldBase       = apiError{Status: 409, Code: "base_too_old", Message: "The base is too far behind the head: read the document again, and write what you make of that."}
	errKeyReused     = apiError{Status: 409, Code: "key_reused", Message: "This Idempotency-Key was used for another write to the document: take a new one for each."}
	errTitleChanged  = apiError{Status: 409, Code: "title_changed", Message: "The document has another title by now: read it, and rename it from there."}
	errGone          = apiError{Status: 410, Code: "connection_ended", Message: "There is no such connection any more: open another one and resume."}
	errTooLarge      = apiError{Status: 413, Code: "too_large", Message: "The request body is too large."}
	errUnknownForm   = apiError{Status: 415, Code: "unknown_format", Message: "Send text/plain, text/markdown or application/json, and say so in Content-Type."}
	errUnknownFile   = apiError{Status: 415, Code: "unknown_format", Message: "Send a text, Markdown, HTML, Word or JSON file, and say which it is in Content-Type."}
	errNotJSON       = apiError{Status: 415, Code: "not_json", Message: "Send a JSON object with content type application/json."}
	errNotImage      = apiError{Status: 415, Code: "not_an_image", Message: "Send an image: PNG, JPEG, GIF, WebP or AVIF, with its own content type."}
	errUnreadable    = apiError{Status: 422, Code: "unreadable_file", Message: "The file cannot be read: it is damaged, or not what its content type says; a text must be UTF-8."}
	errRefused       = apiError{Status: 422, Code: "edit_refused", Message: "The edit does not fit the document."}
	errUpgradeNeeded = apiError{Status: 426, Code: "upgrade_needed", Message: "This address speaks WebSocket with the subprotocol collabd.v1."}
	errSlowBody      = apiError{Status: 408, Code: "late_body", Message: "The body of the request has not arrived; repeat it."}
	errTooMany       = apiError{Status: 429, Code: "too_many_connections", Message: "There are too many connections already.", Retry: 10}
	errManyPosts     = apiError{Status: 429, Code: "too_many_posts", Message: "Too many POSTs of this connection at once: send one after the other.", Retry: 1}
	errTooFast       = apiError{Status: 429, Code: "too_fast", Message: "That is too much in a short time: try again in a moment.", Retry: 2}
	errInternal      = apiError{Status: 500, Code: "internal", Message: "The server made a mistake; it is in its log."}
	errStore         = apiError{Status: 503, Code: "store_failed", Message: "The store does not answer; try again in a moment."}
	errUnknown       = apiError{Status: 503, Code: "store_failed", Message: "The store has not answered in time, and it is not known whether this was written: send it again with the same Idempotency-Key in a moment, which is safe, or read the document first.", Retry: 2}
	errStopping      = apiError{Status: 503, Code: "restarting", Message: "The server is restarting; come back in a moment."}
	errBusy          = apiError{Status: 503, Code: "busy", Message: "The server has too much to do; try again in a moment."}
	errFull          = apiError{Status: 503, Code: "server_full", Message: "The server has no room for more; try again in a while.", Retry: 10}
)

// asAPIError finds the answer to any error.
func asAPIError(err error) *apiError {
	var e *apiError
	if errors.As(err, &e) {
		return e
	}
	if errors.Is(err, persist.ErrTitleChanged) {
		return &errTitleChanged
	}
	if errors.Is(err, persist.ErrManyNames) {
		return &errManyNames
	}
	if errors.Is(err, persist.ErrNoFolder) {
		return errNoFolder.with(err)
	}
	if errors.Is(err, session.ErrNotFound) {
		return errNoDocument.with(err)
	}
	return errStore.with(err)
}

// fail answers with an error; what is our fault is logged.
func (s *Server) fail(w http.ResponseWriter, r *http.Request, err error) {
	e := asAPIError(err)
	if e.Status >= 500 && e.cause != nil && r.Context().Err() == nil {
		s.log.Error().Err(err).Str("route", r.Pattern).Msg("request failed")
	}
	if e.Status == http.StatusServiceUnavailable || e.Status == http.StatusTooManyRequests {
		w.Header().Set("Retry-After", strconv.Itoa(max(1, e.Retry)))
	}
	type body struct {
		Code    string `json:"code"`
		Message string `json:"message"`
	}
	writeJSON(w, e.Status, map[string]body{"error": {e.Code, e.Message}})
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // our own types
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	w.Write(append(b, '\n'))
}
