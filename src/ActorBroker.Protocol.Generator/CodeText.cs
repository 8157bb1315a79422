using System.Text;

namespace ActorBroker.Protocol.Generator;

/// <summary>
/// C# text with indentation: <see cref="Open(string)"/> and <see cref="Close"/> write the braces. An empty line stands
/// between two lines only: not after an opening brace, not before a closing one, never twice.
/// </summary>
internal sealed class CodeText
{
    private readonly StringBuilder _text = new();
    private int _indent;
    private bool _blankPending;
    private bool _afterOpen = true;

    public CodeText Line(string line = "")
    {
        if (line.Length == 0)
        {
            _blankPending = !_afterOpen;
            return this;
        }

        if (_blankPending)
        {
            _text.Append('\n');
        }

        _blankPending = false;
        _afterOpen = false;
        _text.Append(' ', _indent * 4).Append(line).Append('\n');
        return this;
    }

    public CodeText Open(string line) => Line(line).Open();

    public CodeText Open()
    {
        Line("{");
        _indent++;
        _afterOpen = true;
        return this;
    }

    public CodeText Close()
    {
        _indent--;
        _blankPending = false;
        return Line("}");
    }

    public override string ToString() => _text.ToString();
}
