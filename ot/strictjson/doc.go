// Package strictjson reads JSON that strangers send, and refuses whatever
// could mean two things.
//
// encoding/json is lenient where collabd must not be: it turns half a
// surrogate pair into U+FFFD, takes the last of duplicate names and matches
// names without case. Text that went through it is no longer the text its
// author typed, and two readers of one message can disagree about what it says.
// This package answers such input with an [*Error] instead:
//
//   - invalid UTF-8, and escapes \ud800 to \udfff that do not form a pair
//   - duplicate names in one object, compared after decoding, exactly
//   - containers nested deeper than the caller allows
//   - more members than the caller allows
//   - anything but white space after the value
//   - numbers with a sign, fraction or exponent where a count is expected
//
// [Object] and [Array] split one level into raw parts, which share memory with
// the input; [String], [Uint] and [Bool] decode one part. [Scanner] is the
// machine below them, for a caller who wants one pass without the parts.
//
// Duplicate names inside a part are found when that part is split itself; all
// else is checked for the whole input at once.
//
// The package does not build values, convert to structs or write JSON, except
// for [AppendString].
package strictjson
