package haproxy

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"lbsim/config/decode"
)

// word is an argument of a line, without quotes and escapes.
type word struct {
	text   string
	column int // of its first character, from 1
}

// line is a line that holds something.
type line struct {
	at    decode.Place // of its first word
	words []word
	raw   string // as written, without the comment
	used  bool   // it is simulated, or listed
}

// arg returns the i-th word, "" where there are fewer.
func (l *line) arg(i int) string {
	if i < len(l.words) {
		return l.words[i].text
	}
	return ""
}

// place is where the i-th word is.
func (l *line) place(i int) decode.Place {
	at := l.at
	if i < len(l.words) {
		at.Column = l.words[i].column
	}
	return at
}

// mostWords is how many words a line may have; HAProxy's own limit is 64.
const mostWords = 1024

// lexer takes a line apart as HAProxy does (tools.c, parse_line): words are separated by
// blanks, "…" keeps them and replaces variables, '…' keeps everything, and \ takes its
// meaning from a blank, \, #, ', " and, within "…", $. A # outside quotes begins a
// comment.
type lexer struct {
	in    string
	at    int
	out   strings.Builder
	words []word
	begun int  // column of the word under way; 0: none
	quote int  // where the open quote is; -1: there is none
	mark  byte // of the open quote
	env   func(name string) (string, bool)
	unset []string // variables without a value
}

// lexError is what is wrong at a column.
type lexError struct {
	column int
	rule   string
}

func (e *lexError) Error() string { return e.rule }

// split returns the words of a line and where its comment begins.
func (x *lexer) split() (end int, err *lexError) {
	x.quote = -1
	for x.at < len(x.in) {
		c := x.in[x.at]
		switch {
		case c == '#' && x.quote < 0:
			x.close()
			return x.at, nil
		case (c == '"' || c == '\'') && (x.quote < 0 || c == x.mark):
			x.toggle(c)
		case c == '\\' && !(x.quote >= 0 && x.mark == '\''):
			err = x.escape()
		case isBlank(c) && x.quote < 0:
			x.close()
			x.at++
		case c == '$' && x.quote >= 0 && x.mark == '"':
			err = x.variable()
		default:
			x.emit(c)
			x.at++
		}
		if err == nil && len(x.words) > mostWords {
			err = &lexError{x.at + 1, fmt.Sprintf("the line has more than %d words", mostWords)}
		}
		if err != nil {
			return x.at, err
		}
	}
	if x.quote >= 0 {
		return x.at, &lexError{x.quote + 1, fmt.Sprintf("the quote %c is not closed on this line", x.mark)}
	}
	x.close()
	return x.at, nil
}

func isBlank(c byte) bool { return c == ' ' || c >= '\t' && c <= '\r' }

func (x *lexer) emit(c byte) {
	x.begin()
	x.out.WriteByte(c)
}

func (x *lexer) begin() {
	if x.begun == 0 {
		x.begun = x.at + 1
	}
}

// close ends the word under way.
func (x *lexer) close() {
	if x.begun > 0 {
		x.words = append(x.words, word{x.out.String(), x.begun})
		x.out.Reset()
		x.begun = 0
	}
}

func (x *lexer) toggle(c byte) {
	x.begin()
	if x.quote >= 0 {
		x.quote = -1
	} else {
		x.quote, x.mark = x.at, c
	}
	x.at++
}

func (x *lexer) escape() *lexError {
	x.begin()
	next := byte(0)
	if x.at+1 < len(x.in) {
		next = x.in[x.at+1]
	}
	quoted := x.quote >= 0
	switch {
	case strings.IndexByte(" \\#'\"", next) >= 0 && next != 0, next == '$' && quoted:
		x.out.WriteByte(next)
	case next == 't':
		x.out.WriteByte('\t')
	case next == 'n':
		x.out.WriteByte('\n')
	case next == 'r':
		x.out.WriteByte('\r')
	case next == 'x':
		var c byte
		if len(x.in) < x.at+4 || !hex(x.in[x.at+2:x.at+4], &c) {
			return &lexError{x.at + 1, `\x must be followed by two hexadecimal digits`}
		}
		x.out.WriteByte(c)
		x.at += 2
	default: // no escape: the backslash stands for itself
		x.out.WriteByte('\\')
		x.at--
	}
	x.at += 2
	return nil
}

func hex(text string, c *byte) bool {
	n, err := fmt.Sscanf(text, "%02x", c)
	return err == nil && n == 1 && isHex(text[0]) && isHex(text[1])
}

func isHex(c byte) bool {
	return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'f'
}

// variable replaces $NAME, ${NAME}, ${NAME-default} and ${NAME[*]}, whose blanks
// separate words.
func (x *lexer) variable() *lexError {
	begin := x.at
	x.begin()
	x.at++
	brace := x.at < len(x.in) && x.in[x.at] == '{'
	if brace {
		x.at++
	}
	from := x.at
	for x.at < len(x.in) && (isNameByte(x.in[x.at]) || x.at == from && x.in[x.at] == '.') {
		x.at++
	}
	name := x.in[from:x.at]
	if name == "" || name[0] >= '0' && name[0] <= '9' {
		return &lexError{from + 1, "$ must be followed by a variable's name of letters, digits and _, or be written \\$"}
	}
	expand := false
	if brace && strings.HasPrefix(x.in[x.at:], "[*]") {
		expand = true
		x.at += len("[*]")
	}
	value, known := x.env(name)
	if brace {
		end := strings.IndexByte(x.in[x.at:], '}')
		if end < 0 || end > 0 && x.in[x.at] != '-' {
			return &lexError{begin + 1, "${ has no } that closes it"}
		}
		if end > 0 && !known {
			value, known = x.in[x.at+1:x.at+end], true
		}
		x.at += end + 1
	}
	if !known {
		x.unset = append(x.unset, name)
	}
	fields := []string{value}
	if expand {
		fields = strings.Fields(value)
	}
	for i, field := range fields {
		if i > 0 {
			x.close()
			x.begun = begin + 1
		}
		x.out.WriteString(field)
	}
	return nil
}

func isNameByte(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z'
}

// checkText returns what keeps a line from being text.
func checkText(text string) *lexError {
	if i := strings.IndexByte(text, 0); i >= 0 {
		return &lexError{i + 1, "holds an octet 0: the file is no text, or not in UTF-8 (iconv -t utf-8)"}
	}
	if utf8.ValidString(text) {
		return nil
	}
	for i, r := range text {
		if _, size := utf8.DecodeRuneInString(text[i:]); r == utf8.RuneError && size == 1 {
			return &lexError{i + 1, "is not in UTF-8 (iconv -t utf-8)"}
		}
	}
	return nil
}
