using System.Text;

namespace Stoa.Town.Geography;

/// <summary>Reads RFC 4180 rows: quoted fields, doubled quotes, commas and line ends inside quotes.</summary>
internal static class Csv
{
    /// <summary>The rows after the heading, each with exactly the heading's number of fields.</summary>
    /// <exception cref="InvalidDataException">The heading differs from <paramref name="heading"/>, or a row has another width.</exception>
    public static IEnumerable<string[]> Read(TextReader text, string heading)
    {
        var width = heading.Count(c => c == ',') + 1;
        var line = 0;
        foreach (var row in Rows(text))
        {
            line++;
            if (line == 1)
            {
                var found = string.Join(',', row);
                if (found != heading) throw new InvalidDataException($"Expected the heading \"{heading}\", found \"{found}\".");
                continue;
            }
            if (row.Length != width) throw new InvalidDataException($"Row {line} has {row.Length} fields, expected {width}.");
            yield return row;
        }
    }

    private static IEnumerable<string[]> Rows(TextReader text)
    {
        List<string> row = [];
        StringBuilder field = new();
        var quoted = false;
        int read;
        while ((read = text.Read()) >= 0)
        {
            var c = (char)read;
            if (quoted)
            {
                if (c != '"') field.Append(c);
                else if (text.Peek() == '"') field.Append((char)text.Read());
                else quoted = false;
            }
            else if (c == '"') quoted = true;
            else if (c == ',') EndField();
            else if (c == '\n')
            {
                EndField();
                yield return [.. row];
                row.Clear();
            }
            else if (c != '\r') field.Append(c);
        }
        if (field.Length > 0 || row.Count > 0)
        {
            EndField();
            yield return [.. row];
        }

        void EndField()
        {
            row.Add(field.ToString());
            field.Clear();
        }
    }
}
