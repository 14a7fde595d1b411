package nginx

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"

	"lbsim/config/decode"
)

// kind is what a token is.
type kind uint8

const (
	word      kind = iota
	semicolon      // ends a directive
	opening        // {
	closing        // }
	end            // of the file
)

// token is a word or a mark of a configuration.
type token struct {
	kind kind
	text string // of a word: without quotes and escapes
	at   decode.Place
}

var marks = map[byte]kind{';': semicolon, '{': opening, '}': closing}

// maxWord is NGINX's buffer: a longer word is nearly always a quote without its end.
//
// Source: ngx_conf_file.c, NGX_CONF_BUFFER.
const maxWord = 4096

// lexer cuts a file into tokens by the rules of NGINX.
//
// Source: ngx_conf_file.c, ngx_conf_read_token.
type lexer struct {
	file   string
	text   []byte
	pos    int
	line   int // of the next byte
	column int // of it, in characters
}

func newLexer(file string, text []byte, line int) *lexer {
	return &lexer{file: file, text: text, line: line, column: 1}
}

// place is where the next byte is.
func (l *lexer) place() decode.Place {
	return decode.Place{File: l.file, Line: l.line, Column: l.column}
}

// step goes over a byte.
func (l *lexer) step() {
	switch c := l.text[l.pos]; {
	case c == '\n':
		l.line++
		l.column = 1
	case utf8.RuneStart(c):
		l.column++
	}
	l.pos++
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\r' || c == '\n' }

// fail is a syntax error.
func fail(at decode.Place, rule string, args ...any) error {
	if len(args) > 0 {
		rule = fmt.Sprintf(rule, args...)
	}
	return decode.Problems{{Place: at, Rule: rule}}
}

// blank goes over spaces and comments.
func (l *lexer) blank() {
	for l.pos < len(l.text) {
		switch c := l.text[l.pos]; {
		case isSpace(c):
			l.step()
		case c == '#':
			for l.pos < len(l.text) && l.text[l.pos] != '\n' {
				l.pos++
			}
		default:
			return
		}
	}
}

// next returns the next token.
func (l *lexer) next() (token, error) {
	l.blank()
	at := l.place()
	if l.pos == len(l.text) {
		return token{kind: end, at: at}, nil
	}
	switch c := l.text[l.pos]; c {
	case ';', '{', '}':
		l.step()
		return token{kind: marks[c], at: at}, nil
	case '"', '\'':
		return l.quoted(c, at)
	}
	return l.bare(at)
}

// quoted reads a word in quotes, behind which something must come that is no word.
func (l *lexer) quoted(quote byte, at decode.Place) (token, error) {
	l.step()
	from := l.pos
	for l.pos < len(l.text) && l.text[l.pos] != quote {
		if err := l.inWord(from, at); err != nil {
			return token{}, err
		}
	}
	if l.pos >= len(l.text) {
		return token{}, fail(at, "the %c that opens here is never closed", quote)
	}
	text := l.text[from:l.pos]
	l.step()
	if l.pos < len(l.text) {
		if c := l.text[l.pos]; !isSpace(c) && c != ';' && c != '{' && c != ')' {
			return token{}, fail(l.place(), "unexpected %q behind a closing quote: a space, ; or { must follow", c)
		}
	}
	return token{kind: word, text: unescape(text), at: at}, nil
}

// bare reads a word without quotes: up to a space, a semicolon or a brace that opens,
// but that of ${name}. Closing braces, quotes and # within it are its own.
func (l *lexer) bare(at decode.Place) (token, error) {
	from, variable := l.pos, false
	for l.pos < len(l.text) {
		c := l.text[l.pos]
		if isSpace(c) || c == ';' || c == '{' && !variable {
			break
		}
		variable = c == '$'
		if err := l.inWord(from, at); err != nil {
			return token{}, err
		}
	}
	return token{kind: word, text: unescape(l.text[from:min(l.pos, len(l.text))]), at: at}, nil
}

// inWord goes over a byte of a word that began at from, or two if it is a backslash.
func (l *lexer) inWord(from int, at decode.Place) error {
	if l.pos-from >= maxWord {
		return fail(at, "a word of more than %d bytes begins here: is a closing quote or a ; missing?", maxWord)
	}
	if l.text[l.pos] == '\\' && l.pos+1 < len(l.text) {
		l.step()
	}
	l.step()
	return nil
}

var escapes = map[byte]byte{'"': '"', '\'': '\'', '\\': '\\', 't': '\t', 'r': '\r', 'n': '\n'}

// unescape takes the backslashes out that NGINX takes out.
func unescape(text []byte) string {
	if bytes.IndexByte(text, '\\') < 0 {
		return strings.ToValidUTF8(string(text), "\uFFFD")
	}
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		c := text[i]
		if c == '\\' && i+1 < len(text) {
			if plain, ok := escapes[text[i+1]]; ok {
				c = plain
				i++
			}
		}
		b.WriteByte(c)
	}
	return strings.ToValidUTF8(b.String(), "\uFFFD")
}
