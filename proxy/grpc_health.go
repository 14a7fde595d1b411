package proxy

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"google.golang.org/protobuf/encoding/protowire"
)

// askGRPC reports whether a server says of a service, or of itself, that it is SERVING, by
// gRPC's health checking protocol (grpc.health.v1). The one call, of one field, needs
// no more of gRPC than HTTP/2 and five bytes in front of a message.
func askGRPC(ctx context.Context, c *http.Client, server, service string) bool {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, server+"/grpc.health.v1.Health/Check", bytes.NewReader(framed(healthRequest(service))))
	if err != nil {
		return false
	}
	r.Header.Set("Content-Type", "application/grpc")
	r.Header.Set("Te", "trailers")
	r.Header.Set("User-Agent", "lbsim-health")
	if until, ok := ctx.Deadline(); ok {
		r.Header.Set("Grpc-Timeout", fmt.Sprintf("%dm", min(time.Until(until).Milliseconds(), 99_999_999)))
	}
	answer, err := c.Do(r)
	if err != nil {
		return false
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(io.LimitReader(answer.Body, 64<<10))
	return err == nil && answer.StatusCode == http.StatusOK && strings.HasPrefix(answer.Header.Get("Content-Type"), "application/grpc") &&
		answer.Trailer.Get("Grpc-Status") == "0" && serving(body)
}

// healthRequest is a HealthCheckRequest: {string service = 1}.
func healthRequest(service string) []byte {
	if service == "" {
		return nil
	}
	return protowire.AppendString(protowire.AppendTag(nil, 1, protowire.BytesType), service)
}

// framed is a message as gRPC sends it: not compressed, its length, itself.
func framed(message []byte) []byte {
	return append(binary.BigEndian.AppendUint32([]byte{0}, uint32(len(message))), message...)
}

// serving reports whether a body is a HealthCheckResponse {ServingStatus status = 1} that
// says SERVING, which is 1.
func serving(body []byte) bool {
	if len(body) < 5 || body[0] != 0 || int(binary.BigEndian.Uint32(body[1:])) != len(body)-5 {
		return false
	}
	status := uint64(0)
	for message := body[5:]; len(message) > 0; {
		field, kind, n := protowire.ConsumeTag(message)
		if n < 0 {
			return false
		}
		message = message[n:]
		if n = protowire.ConsumeFieldValue(field, kind, message); n < 0 {
			return false
		}
		if field == 1 && kind == protowire.VarintType {
			status, _ = protowire.ConsumeVarint(message)
		}
		message = message[n:]
	}
	return status == 1
}
