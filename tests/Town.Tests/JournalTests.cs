using Stoa.Town.Storage;

namespace Stoa.Town.Tests;

public sealed class JournalTests
{
    private static readonly string[] Records = ["one", "{\"two\":2}", "drei – ג", "", "five"];

    [Fact]
    public void Whatever_was_appended_is_there_at_the_next_start()
    {
        using var folder = new Folder();
        using (var journal = Journal.Open(folder.Path, _ => { }))
        {
            foreach (var record in Records) journal.Append(record);
        }
        Assert.Equal(Records, ReadAll(folder.Path));
    }

    [Fact]
    public void Cut_off_at_any_byte_the_whole_records_before_it_are_kept_and_writing_goes_on()
    {
        using var folder = new Folder();
        using (var journal = Journal.Open(folder.Path, _ => { }))
        {
            foreach (var record in Records) journal.Append(record);
        }
        var file = Directory.GetFiles(folder.Path).Single();
        var bytes = File.ReadAllBytes(file);
        for (var length = 0; length <= bytes.Length; length++)
        {
            using var torn = new Folder();
            File.WriteAllBytes(Path.Combine(torn.Path, Path.GetFileName(file)), bytes[..length]);
            var whole = bytes[..length].Count(b => b == '\n');
            Assert.Equal(Records.Take(whole), ReadAll(torn.Path));
            using (var journal = Journal.Open(torn.Path, _ => { })) journal.Append("after");
            Assert.Equal([.. Records.Take(whole), "after"], ReadAll(torn.Path));
        }
    }

    [Fact]
    public void A_record_that_was_changed_in_the_middle_is_reported_and_not_passed_over()
    {
        using var folder = new Folder();
        using (var journal = Journal.Open(folder.Path, _ => { }))
        {
            foreach (var record in Records) journal.Append(record);
        }
        var file = Directory.GetFiles(folder.Path).Single();
        var bytes = File.ReadAllBytes(file);
        bytes[18] ^= 1;
        File.WriteAllBytes(file, bytes);
        Assert.Throws<InvalidDataException>(() => ReadAll(folder.Path));
    }

    [Fact]
    public void Killed_between_any_two_steps_of_rewriting_the_journal_is_the_old_or_the_new_one()
    {
        using var folder = new Folder();
        using (var journal = Journal.Open(folder.Path, _ => { }))
        {
            foreach (var record in Records) journal.Append(record);
        }
        var old = Directory.GetFiles(folder.Path).Single();
        var oldBytes = File.ReadAllBytes(old);
        using (var journal = Journal.Open(folder.Path, _ => { })) journal.Rewrite(["new"]);
        var fresh = Directory.GetFiles(folder.Path).Single();
        var freshBytes = File.ReadAllBytes(fresh);

        // After writing half of the new file under its provisional name.
        Assert.Equal(Records, After((old, oldBytes), (fresh + ".new", freshBytes[..4])));
        // After all of it, before it bears its name.
        Assert.Equal(Records, After((old, oldBytes), (fresh + ".new", freshBytes)));
        // After naming it, before the old one is gone.
        Assert.Equal(["new"], After((old, oldBytes), (fresh, freshBytes)));
        Assert.Equal(["new"], After((fresh, freshBytes)));

        static List<string> After(params (string Path, byte[] Content)[] files)
        {
            using var killed = new Folder();
            foreach (var (path, content) in files) File.WriteAllBytes(Path.Combine(killed.Path, Path.GetFileName(path)), content);
            var records = ReadAll(killed.Path);
            Assert.Single(Directory.GetFiles(killed.Path));
            return records;
        }
    }

    private static List<string> ReadAll(string folder)
    {
        List<string> records = [];
        using var journal = Journal.Open(folder, records.Add);
        return records;
    }
}
