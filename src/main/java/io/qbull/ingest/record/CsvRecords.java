package io.qbull.ingest.record;

import com.fasterxml.jackson.core.JsonEncoding;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.csv.CsvFactory;
import com.fasterxml.jackson.dataformat.csv.CsvParser;
import com.fasterxml.jackson.dataformat.csv.CsvSchema;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads CSV (RFC 4180). The first line names the columns; each further line is a record, and its body is a JSON object
 * of strings. The key is in the first of the key fields that is a column.
 */
public final class CsvRecords implements FileFormat {
    private static final CsvFactory CSV = new CsvFactory();
    private static final JsonFactory JSON = new JsonFactory();

    private static final List<Character> SEPARATORS = List.of(',', ';', '\t', '|');

    private final List<String> keyFields;
    private final FileText text;
    private final CsvSchema schema;
    private @Nullable List<String> header;
    private int key;

    /**
     * @param keyFields columns that can be the key; the first one present counts
     * @param text how the file is written
     */
    public CsvRecords(List<String> keyFields, FileText text) {
        this.keyFields = keyFields;
        this.text = text;
        this.schema = CsvSchema.emptySchema().withColumnSeparator(text.separator());
    }

    @Override
    public char separator() {
        return text.separator();
    }

    @Override
    public @Nullable BulkRecord read(byte[] line) throws RefusedRecord {
        if (Lines.blank(line)) {
            return null;
        }
        List<String> names = header;
        if (names == null) {
            try {
                header(line);
            } catch (RefusedRecord e) {
                throw e.withRest();
            }
            return null;
        }
        List<String> cells = cells(text(line), schema);
        if (cells.size() != names.size()) {
            throw new RefusedRecord("the row has " + cells.size() + " columns, the header names " + names.size());
        }
        String value = cells.get(key);
        if (value.isEmpty()) {
            throw new RefusedRecord("no key: the column " + names.get(key) + " is empty");
        }
        return new BulkRecord(value, json(names, cells), "application/json", null, null);
    }

    /** Reads the header, without which no row can be read. */
    private void header(byte[] line) throws RefusedRecord {
        String names = text(line);
        List<String> columns = cells(names, schema);
        key = key(columns);
        if (key < 0) {
            throw new RefusedRecord("no row was read: the header has no column " + String.join(" or ", keyFields)
                    + hint(names, columns));
        }
        if (new HashSet<>(columns).size() != columns.size()) {
            throw new RefusedRecord("no row was read: the header names a column twice");
        }
        header = columns;
    }

    private int key(List<String> columns) {
        return keyFields.stream()
                .mapToInt(columns::indexOf)
                .filter(at -> at >= 0)
                .findFirst()
                .orElse(-1);
    }

    /** What a person may have meant. */
    private String hint(String line, List<String> columns) {
        if (line.startsWith("sep=")) {
            return "; the first line, which only Excel understands, must be removed";
        }
        for (char other : SEPARATORS) {
            if (other != text.separator() && separates(other, line)) {
                return "; its columns seem to be separated by " + (other == '\t' ? "tabs" : "“" + other + "”") + ": "
                        + text.setSeparator(other);
            }
        }
        for (String column : columns) {
            if (keyFields.stream().anyMatch(field -> field.equalsIgnoreCase(column.strip()))) {
                return "; names are compared exactly, with their case and blanks";
            }
        }
        return "; QBULL_KEY_FIELDS says which columns can be the key";
    }

    private boolean separates(char other, String line) {
        try {
            return key(cells(line, CsvSchema.emptySchema().withColumnSeparator(other))) >= 0;
        } catch (RefusedRecord e) {
            return false;
        }
    }

    private String text(byte[] line) throws RefusedRecord {
        String decoded = new String(text.decoded(line), StandardCharsets.UTF_8);
        if (decoded.indexOf('\0') >= 0) {
            throw new RefusedRecord("not text: it has a zero byte");
        }
        return decoded;
    }

    private static List<String> cells(String line, CsvSchema schema) throws RefusedRecord {
        List<String> cells = new ArrayList<>();
        try (CsvParser parser = CSV.createParser(line)) {
            parser.setSchema(schema);
            parser.nextToken();
            while (parser.nextToken() == JsonToken.VALUE_STRING) {
                cells.add(parser.getText());
            }
            if (parser.nextToken() != null) {
                throw new RefusedRecord("the row continues after its end: a line end inside a row must be in quotes");
            }
        } catch (IOException e) {
            // The parser's message may show the content.
            throw new RefusedRecord("not CSV: a quote is missing, or text follows a closing quote");
        }
        return cells;
    }

    private static byte[] json(List<String> names, List<String> cells) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (JsonGenerator json = JSON.createGenerator(out, JsonEncoding.UTF8)) {
            json.writeStartObject();
            for (int at = 0; at < names.size(); at++) {
                json.writeStringField(names.get(at), cells.get(at));
            }
            json.writeEndObject();
        } catch (IOException e) {
            throw new IllegalStateException("writing to memory failed", e);
        }
        return out.toByteArray();
    }
}
