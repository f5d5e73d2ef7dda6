package io.qbull.ingest.record;

import com.fasterxml.jackson.core.JsonEncoding;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.csv.CsvFactory;
import io.qbull.model.Utf8;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads CSV (RFC 4180, commas, UTF-8). The first line names the columns; each further line is a record, and its body is a JSON object
 * of strings. The key is in the first of the key fields that is a column.
 */
public final class CsvRecords implements FileFormat {
    private static final CsvFactory CSV = new CsvFactory();
    private static final JsonFactory JSON = new JsonFactory();

    private final List<String> keyFields;
    private @Nullable List<String> header;
    private int key;
    private boolean unreadable;

    /**
     * @param keyFields columns that can be the key; the first one present counts
     */
    public CsvRecords(List<String> keyFields) {
        this.keyFields = keyFields;
    }

    @Override
    public boolean quotes() {
        return true;
    }

    @Override
    public boolean unreadable() {
        return unreadable;
    }

    @Override
    public @Nullable BulkRecord read(byte[] line) throws RefusedRecord {
        if (Lines.blank(line)) {
            return null;
        }
        List<String> names = header;
        if (names == null) {
            header(line);
            return null;
        }
        List<String> cells = cells(line);
        if (cells.size() != names.size()) {
            throw new RefusedRecord("the row has " + cells.size() + " columns, the header names " + names.size());
        }
        String value = cells.get(key);
        if (value.isEmpty()) {
            throw new RefusedRecord("no key: the column " + names.get(key) + " is empty");
        }
        return new BulkRecord(value, json(names, cells), "application/json", null, null);
    }

    /** Reads the header. If that fails, no row can be read either. */
    private void header(byte[] line) throws RefusedRecord {
        unreadable = true;
        List<String> names = cells(line);
        if (new HashSet<>(names).size() != names.size()) {
            throw new RefusedRecord("no row was read: the header names a column twice");
        }
        key = keyFields.stream()
                .mapToInt(names::indexOf)
                .filter(at -> at >= 0)
                .findFirst()
                .orElse(-1);
        if (key < 0) {
            throw new RefusedRecord("no row was read: the header has no column " + String.join(" or ", keyFields)
                    + "; columns are separated by commas");
        }
        header = names;
        unreadable = false;
    }

    private static List<String> cells(byte[] line) throws RefusedRecord {
        List<String> cells = new ArrayList<>();
        // Given bytes, the parser would guess their encoding.
        try (JsonParser parser = CSV.createParser(Utf8.decode(line))) {
            parser.nextToken();
            while (parser.nextToken() == JsonToken.VALUE_STRING) {
                cells.add(parser.getText());
            }
            if (parser.nextToken() != null) {
                throw new RefusedRecord("the row continues after its end: a line end inside a row must be in quotes");
            }
        } catch (IOException e) {
            // The parser's message may show the content.
            throw new RefusedRecord("not CSV in UTF-8: a quote is missing, or a character is invalid");
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
