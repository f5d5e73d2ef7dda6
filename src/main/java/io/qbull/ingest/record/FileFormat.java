package io.qbull.ingest.record;

import org.jspecify.annotations.Nullable;

/**
 * Turns the lines of one file into records, in order. A line that was refused may come again, with the same result. Used by one thread at
 * a time.
 */
public interface FileFormat {
    /**
     * @param line without its line end
     * @return its record; null = the line legitimately has none, such as a blank line or a header
     * @throws RefusedRecord if the line should be a record and is not
     */
    @Nullable
    BulkRecord read(byte[] line) throws RefusedRecord;

    /**
     * @return what separates the cells of a line, if line ends between double quotes belong to the line; else
     *     {@link LineSplitter#NO_CELLS}
     */
    default char separator() {
        return LineSplitter.NO_CELLS;
    }
}
