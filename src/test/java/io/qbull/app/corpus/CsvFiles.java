package io.qbull.app.corpus;

import static io.qbull.app.corpus.FileCase.file;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;

/** CSV. */
final class CsvFiles {
    private static final String P = "PLAIN";
    private static final String MARK = "\uFEFF";
    private static final Charset WINDOWS = Charset.forName("windows-1252");

    private CsvFiles() {}

    static Stream<FileCase> all() {
        return Stream.of(cells(), rows(), headers(), separators(), encodings()).flatMap(List::stream);
    }

    private static List<FileCase> cells() {
        return List.of(
                file(P, "simple.csv", "to,item\n1,hose\n2,valve\n")
                        .json("1", "{\"to\":\"1\",\"item\":\"hose\"}")
                        .json("2", "{\"to\":\"2\",\"item\":\"valve\"}"),
                file(P, "UPPER.CSV", "to\r\n1\r\n").json("1", "{\"to\":\"1\"}"),
                file(P, "quoted.csv", "\"to\",\"item\"\r\n\"1\",\"a \"\"b\"\", c\r\nd\"\r\n")
                        .json("1", "{\"to\":\"1\",\"item\":\"a \\\"b\\\", c\\r\\nd\"}"),
                file(P, "inches.csv", "to,item\n1,5\" pipe\n2,6\" pipe\n")
                        .json("1", "{\"to\":\"1\",\"item\":\"5\\\" pipe\"}")
                        .json("2", "{\"to\":\"2\",\"item\":\"6\\\" pipe\"}"),
                file(P, "after-quote.csv", "to,item\n1,\"a\"b\n2,c\n")
                        .refused(2, "not CSV")
                        .json("2", "{\"to\":\"2\",\"item\":\"c\"}"),
                file(P, "as-written.csv", "to,item\n007,+1\n1.50, =1+1 \n")
                        .json("007", "{\"to\":\"007\",\"item\":\"+1\"}")
                        .json("1.50", "{\"to\":\"1.50\",\"item\":\" =1+1 \"}"),
                file(P, "empty-cells.csv", "to,a,b\n1,,\n2,\"\",x\n")
                        .json("1", "{\"to\":\"1\",\"a\":\"\",\"b\":\"\"}")
                        .json("2", "{\"to\":\"2\",\"a\":\"\",\"b\":\"x\"}"),
                file(P, "backslash.csv", "to,path\n1,C:\\new\n").json("1", "{\"to\":\"1\",\"path\":\"C:\\\\new\"}"),
                file(P, "zero-byte.csv", "to,a\n1,x\0y\n2,z\n")
                        .refused(2, "zero byte")
                        .json("2", "{\"to\":\"2\",\"a\":\"z\"}"));
    }

    private static List<FileCase> rows() {
        return List.of(
                file(P, "no-last-newline.csv", "to\n1").json("1", "{\"to\":\"1\"}"),
                file(P, "blank-rows.csv", "\nto\n\n1\n\n").json("1", "{\"to\":\"1\"}"),
                file(P, "short.csv", "to,a,b\n1,x\n2,y,z\n")
                        .refused(2, "the row has 2 columns, the header names 3")
                        .json("2", "{\"to\":\"2\",\"a\":\"y\",\"b\":\"z\"}"),
                file(P, "long.csv", "to,a\n1,x,y\n").refused(2, "the row has 3 columns, the header names 2"),
                file(P, "no-key-in-row.csv", "to,a\n,x\n").refused(2, "no key: the column to is empty"),
                file(P, "open-quote.csv", "to,a\n1,\"x\n2,y\n").refused(2, "not CSV: a quote is missing"),
                file(P, "old-mac.csv", "to,a\r1,x\r").refused(1, "the row continues after its end"),
                file(P, "half-mac.csv", "to,a\n1,x\r2,y\n").refused(2, "the row continues after its end"));
    }

    private static List<FileCase> headers() {
        return List.of(
                file(P, "empty.csv", ""),
                file(P, "header-only.csv", "to,a\r\n"),
                file(P, "mark.csv", MARK + "\"to\",a\n1,x\n").json("1", "{\"to\":\"1\",\"a\":\"x\"}"),
                file(P, "first-of-both.csv", "to,key\n1,k\n").json("k", "{\"to\":\"1\",\"key\":\"k\"}"),
                file(P, "twice.csv", "to,a,a\n1,x,y\n").refused(1, "names a column twice"),
                file(P, "no-header.csv", "1,x\n2,y\n").refused(1, "the header has no column key or to"),
                file(P, "case.csv", "To,a\n1,x\n").refused(1, "names are compared exactly"),
                file(P, "blank-in-name.csv", "a, to\nx,1\n").refused(1, "names are compared exactly"));
    }

    private static List<FileCase> separators() {
        return List.of(
                file(P, "semicolon.csv", "to;a\n1;x\n").refused(1, "set qbull.queue.PLAIN.csvSeparator = ;"),
                file(P, "tab.csv", "to\ta\n1\tx\n").refused(1, "set qbull.queue.PLAIN.csvSeparator = tab"),
                file(P, "pipe.csv", "a|to\nx|1\n").refused(1, "set qbull.queue.PLAIN.csvSeparator = |"),
                file(P, "excel.csv", "sep=;\r\nto;a\r\n1;x\r\n").refused(1, "which only Excel understands"),
                file(P, "tabs.tsv", "to\ta\n1\tx, y; z\n").json("1", "{\"to\":\"1\",\"a\":\"x, y; z\"}"),
                file("SEMI", "prices.csv", "to;price\r\n1;3,50\r\n2;\"a;\n\"\"b\"\"\"\r\n")
                        .json("1", "{\"to\":\"1\",\"price\":\"3,50\"}")
                        .json("2", "{\"to\":\"2\",\"price\":\"a;\\n\\\"b\\\"\"}"),
                file("SEMI", "commas.csv", "to,a\n1,x\n").refused(1, "set qbull.queue.SEMI.csvSeparator = ,"),
                file("TAB", "orders.csv", "to\ta\n1\tx y\n").json("1", "{\"to\":\"1\",\"a\":\"x y\"}"),
                file("TAB", "quoted.csv", "to\ta\n1\t\"x\ny\"\n").json("1", "{\"to\":\"1\",\"a\":\"x\\ny\"}"));
    }

    private static List<FileCase> encodings() {
        String spanish = "to;a\r\n1;mañana, 5 €\r\n";
        return List.of(
                file(P, "latin1.csv", "to,a\n1,ma\u00F1ana\n2,hoy\n", StandardCharsets.ISO_8859_1)
                        .refused(2, "set qbull.queue.PLAIN.fileEncoding")
                        .json("2", "{\"to\":\"2\",\"a\":\"hoy\"}"),
                file("LATIN", "excel.csv", spanish, WINDOWS).json("1", "{\"to\":\"1\",\"a\":\"mañana, 5 €\"}"),
                file("LATIN", "no-letters.csv", "to;a\n1;x\n").json("1", "{\"to\":\"1\",\"a\":\"x\"}"),
                file("LATIN", "excel-utf8.csv", MARK + spanish).json("1", "{\"to\":\"1\",\"a\":\"mañana, 5 €\"}"),
                file("LATIN", "utf8.csv", spanish).refused(1, "set qbull.queue.LATIN.fileEncoding = UTF-8"),
                file("LATIN", "no-letter.txt", "a\n\u0081\n", StandardCharsets.ISO_8859_1)
                        .text("no-letter.txt", "a")
                        .refused(2, "not text in windows-1252"),
                file("WIDE", "excel.csv", MARK + "to,a\r\n1,mañana\r\n", StandardCharsets.UTF_16LE)
                        .json("1", "{\"to\":\"1\",\"a\":\"mañana\"}"),
                file("WIDE", "excel-unicode.tsv", MARK + "to\ta\r\n1\tmañana\r\n", StandardCharsets.UTF_16LE)
                        .json("1", "{\"to\":\"1\",\"a\":\"mañana\"}"));
    }
}
