package config

import (
	"lbsim/config/decode"
)

// TLS is what clients are served with.
type TLS struct {
	Certificates []Certificate
	Min          string        // 1.2 or 1.3
	Clients      *ClientsOfTLS // nil: they are not asked who they are
}

// Certificate is the files of a certificate chain and its key.
type Certificate struct{ Cert, Key string }

// ClientsOfTLS is by which certificates clients are known.
type ClientsOfTLS struct {
	CA       string // a file of those who may sign them
	Optional bool   // one who has none is served too
}

// UpstreamTLS is how endpoints are spoken to with TLS.
type UpstreamTLS struct {
	CA   string // a file of those who may sign their certificates; "": the system's
	Cert string // the proxy's own, by which they know it; "": none
	Key  string
	Name string // the name that their certificates must hold; "": the host of each address
}

var tlsTable = decode.Object[TLS]{
	Name: "tls",
	Doc:  "How clients are served with TLS.",
	Fields: []decode.Field[TLS]{
		decode.Required("certificates", decode.List[Certificate]{Of: certificate, Min: 1}, func(t *TLS) *[]Certificate { return &t.Certificates },
			"Certificates with their keys, of which a client gets the one that fits the name it asks for (SNI), else the first. Read again when the files change."),
		decode.Default("min", decode.Type[string](tlsVersion{}), func(t *TLS) *string { return &t.Min }, "1.2", "The oldest version that is spoken: 1.2 or 1.3."),
		decode.Optional("clients", decode.Pointer[ClientsOfTLS]{To: clientsOfTLS}, func(t *TLS) **ClientsOfTLS { return &t.Clients },
			"Clients must show a certificate (mutual TLS); left out: nobody asks them."),
	},
}

var certificate = decode.Object[Certificate]{
	Doc: "A certificate.",
	Fields: []decode.Field[Certificate]{
		decode.Required("cert", plainText, func(c *Certificate) *string { return &c.Cert }, "The file of the chain, PEM."),
		decode.Required("key", plainText, func(c *Certificate) *string { return &c.Key }, "The file of its private key, PEM."),
	},
}

var clientsOfTLS = decode.Object[ClientsOfTLS]{
	Doc: "By which certificates clients are known.",
	Fields: []decode.Field[ClientsOfTLS]{
		decode.Required("ca", plainText, func(c *ClientsOfTLS) *string { return &c.CA }, "The file of the authorities whose certificates are taken, PEM."),
		decode.Default("optional", decode.Truth, func(c *ClientsOfTLS) *bool { return &c.Optional }, false,
			"Whether one who shows none is served too; one who shows a wrong one never is."),
	},
}

var upstreamTLS = decode.Object[UpstreamTLS]{
	Doc: "How endpoints are spoken to with TLS.",
	Fields: []decode.Field[UpstreamTLS]{
		decode.Optional("ca", plainText, func(u *UpstreamTLS) *string { return &u.CA }, "The file of the authorities whose certificates are taken, PEM; left out: the system's."),
		decode.Optional("cert", plainText, func(u *UpstreamTLS) *string { return &u.Cert }, "The file of the proxy's own chain, PEM, by which endpoints know it (mutual TLS)."),
		decode.Optional("key", plainText, func(u *UpstreamTLS) *string { return &u.Key }, "The file of its private key, PEM."),
		decode.Optional("name", plainText, func(u *UpstreamTLS) *string { return &u.Name }, "The name that endpoints are asked for and must prove; left out: the host of each one's address."),
	},
	Check: func(v decode.Value, u *UpstreamTLS) {
		if (u.Cert == "") != (u.Key == "") && v.Sound("cert", "key") {
			v.Get("cert").FailKey("goes with key: a certificate is of use with both alone")
		}
	},
}

// checkUpstream looks whether the protocol and TLS of endpoints go together.
func checkUpstream(v decode.Value, p *Proxy) {
	switch at := v.At("http.upstream"); {
	case p.Protocol().Upstream == H2 && p.UpstreamTLS == nil:
		at.Fail("h2 is HTTP/2 with TLS: give upstream_tls, or say h2c for HTTP/2 without")
	case p.Protocol().Upstream == H2C && p.UpstreamTLS != nil:
		at.Fail("h2c is HTTP/2 without TLS, and there is upstream_tls: say h2")
	}
}
