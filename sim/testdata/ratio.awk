# Prints the processor time of a request, of one benchmark over another's: medians of
# the runs in a file of Go benchmarks. -v of=Engine -v over=Yardstick names them.
$1 ~ "^Benchmark(" of "|" over ")/" {
	split($1, part, "/")
	side = part[1]
	sub(/^Benchmark/, "", side)
	row = part[2] "/" part[3]
	sub(/-[0-9]+$/, "", row)
	gsub(/(algorithm|servers)=/, "", row)
	if (!(row in known)) { known[row] = 1; order[++rows] = row }
	for (i = 2; i <= NF; i++)
		if ($i == "cpu-ns/op") { k = side SUBSEP row; value[k, ++count[k]] = $(i-1) }
}
function median(k,    n, i, j, x) {
	n = count[k]
	if (!n) return 0
	for (i = 2; i <= n; i++) {
		x = value[k, i]
		for (j = i - 1; j && value[k, j] + 0 > x + 0; j--) value[k, j+1] = value[k, j]
		value[k, j+1] = x
	}
	return n % 2 ? value[k, (n+1)/2] : (value[k, n/2] + value[k, n/2+1]) / 2
}
END {
	printf "\n| algorithm/servers | %s, ns | %s, ns | ratio |\n|---|---:|---:|---:|\n", tolower(over), tolower(of)
	for (i = 1; i <= rows; i++) {
		y = median(over SUBSEP order[i])
		e = median(of SUBSEP order[i])
		printf "| %s | %s | %.1f | %s |\n", order[i], y ? sprintf("%.1f", y) : "-", e, y ? sprintf("%.2f", e / y) : "-"
	}
}
