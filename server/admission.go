package server

// The kinds of connections that stay.
const (
	viaWebSocket = "websocket"
	viaEvents    = "events"
)
