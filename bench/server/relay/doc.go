// Command relay passes messages on, and does nothing else: no transform, no
// document, no store. All that came in while it was sending goes out in one
// frame, encoded once for everybody. It shows what this machine and this driver
// can do, as the limit for servers that do more.
//
// A client's first message from here is its number in the document, two bytes.
// A message is whatever a client sends; a frame to clients holds one or more of
// them, one behind the other, the sender's own among them.
package main
