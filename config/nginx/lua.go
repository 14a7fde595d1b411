package nginx

import "bytes"

// skipLua goes over a block of Lua behind its opening brace, up to the brace that closes
// it. Braces in strings, long brackets and comments do not count.
//
// Source: lua-nginx-module ngx_http_lua_lex.rl.
func (l *lexer) skipLua() error {
	opened := l.place()
	for depth := 1; l.pos < len(l.text); {
		switch c := l.text[l.pos]; {
		case c == '{':
			depth++
			l.step()
		case c == '}':
			depth--
			l.step()
			if depth == 0 {
				return nil
			}
		case c == '"' || c == '\'':
			l.luaString(c)
		case c == '[':
			if !l.luaLong() {
				l.step()
			}
		case c == '-' && bytes.HasPrefix(l.text[l.pos:], []byte("--")):
			l.step()
			l.step()
			if !l.luaLong() {
				for l.pos < len(l.text) && l.text[l.pos] != '\n' {
					l.pos++
				}
			}
		default:
			l.step()
		}
	}
	return fail(opened, "the block of Lua that begins here is never closed")
}

// luaString goes over a string in quotes.
func (l *lexer) luaString(quote byte) {
	l.step()
	for l.pos < len(l.text) && l.text[l.pos] != quote {
		if l.text[l.pos] == '\\' && l.pos+1 < len(l.text) {
			l.step()
		}
		l.step()
	}
	if l.pos < len(l.text) {
		l.step()
	}
}

// luaLong goes over [[…]], [=[…]=] and so on, if such a bracket opens here.
func (l *lexer) luaLong() bool {
	if l.pos >= len(l.text) || l.text[l.pos] != '[' {
		return false
	}
	level := 0
	for l.pos+1+level < len(l.text) && l.text[l.pos+1+level] == '=' {
		level++
	}
	if l.pos+1+level >= len(l.text) || l.text[l.pos+1+level] != '[' {
		return false
	}
	last := append(append([]byte{']'}, bytes.Repeat([]byte{'='}, level)...), ']')
	stop := len(l.text)
	if n := bytes.Index(l.text[l.pos+2+level:], last); n >= 0 {
		stop = l.pos + 2 + level + n + len(last)
	}
	for l.pos < stop {
		l.step()
	}
	return true
}
