package hostile

import (
	"fmt"
	"maps"
	"strings"
)

func repositories() map[string]repository {
	all := map[string]repository{}
	for _, some := range []map[string]repository{leavingTerraform(), growingTerraform(), templates(), policies(), trees(), customRules()} {
		maps.Copy(all, some)
	}
	return all
}

// stack is a template whose bucket name is made by an expression.
func stack(expression string, more ...string) string {
	return `Resources:
  Key:
    Type: AWS::KMS::Key
    Properties:
      KeyPolicy:
        Statement:
          - Effect: Allow
            Sid: ` + expression + `
            Principal: {Service: cloudfront.amazonaws.com}
            Action: kms:Decrypt
            Resource: ` + expression + `
  Bucket:
    Type: AWS::S3::Bucket
    Properties:
      BucketName: ` + expression + `
      BucketEncryption:
        ServerSideEncryptionConfiguration:
          - ServerSideEncryptionByDefault: {SSEAlgorithm: aws:kms, KMSMasterKeyID: !GetAtt Key.Arn}
  Distribution:
    Type: AWS::CloudFront::Distribution
    Properties:
      DistributionConfig:
        Comment: ` + expression + `
        Origins: [{Id: o, DomainName: !GetAtt Bucket.RegionalDomainName, S3OriginConfig: {}}]
        DefaultCacheBehavior: {TargetOriginId: o}
` + strings.Join(more, "\n")
}

func cfn(content string) repository {
	return repository{files: map[string]string{"stack.yaml": content}}
}

func templates() map[string]repository {
	nested := func(url string) repository {
		return cfn(stack("x", "  Nested:\n    Type: AWS::CloudFormation::Stack\n    Properties:\n      TemplateURL: "+url+"\n"))
	}
	return map[string]repository{
		"a nested template above the root":      nested("../outside.yaml"),
		"a nested template by an absolute path": nested("/etc/passwd"),
		"a nested template by a file URL":       nested("file:///etc/passwd"),
		"a nested template through a link":      nested("./out.yaml").linked("out.yaml", "../outside.yaml"),
		"a nested template on a drive":          nested(`'C:\outside.yaml'`),
		"an include above the root":             cfn(stack("x", "  I:\n    Fn::Transform: {Name: AWS::Include, Parameters: {Location: ../outside.yaml}}\n")),
		"a definition file above the root":      cfn(stack("x", "  F:\n    Type: AWS::Serverless::Function\n    Properties: {CodeUri: ../../, DefinitionUri: ../outside.yaml}\n")),
		"an assembly above the root": cfn(stack("x")).with("cdk.out/manifest.json", `{"version": "36.0.0", "artifacts": {"S": {"type": "aws:cloudformation:stack", "properties": {"templateFile": "../../outside.yaml"}}}}`).
			with("cdk.out/S.assets.json", `{"files": {"a": {"source": {"path": "../../outside.yaml", "packaging": "file"}, "destinations": {}}}}`),
		"templates that nest each other": nested("other.yaml").with("other.yaml", strings.ReplaceAll(stack("x", "  Nested:\n    Type: AWS::CloudFormation::Stack\n    Properties:\n      TemplateURL: stack.yaml\n  Again:\n    Type: AWS::CloudFormation::Stack\n    Properties:\n      TemplateURL: stack.yaml\n"), "\t", " ")),
		"templates that double":          doubledStacks(30),
		"aliases that stand for billions": cfn(stack("x") + "a0: &a0 [x, x]\n" + many(40, func(i int) string {
			return fmt.Sprintf("a%d: &a%d [*a%d, *a%d]\n", i+1, i+1, i, i)
		})).saying("too large with its aliases expanded"),
		"merges that stand for billions": cfn(stack("x") + "b0: &b0 {k: v}\n" + many(40, func(i int) string {
			return fmt.Sprintf("b%d: &b%d\n  <<: [*b%d, *b%d]\n  z%d: [*b%d, *b%d]\n", i+1, i+1, i, i, i+1, i, i)
		})).saying("too large with its aliases expanded"),
		"an alias to itself":         cfn(stack("x") + "a: &a [*a]\n"),
		"many anchors":               cfn(stack("x") + many(100_000, func(i int) string { return fmt.Sprintf("a%d: &a%d x\n", i, i) })),
		"brackets in YAML":           cfn(stack("x") + "x: " + strings.Repeat("[", 1_000_000) + "\n").saying("too large"),
		"mappings in mappings":       cfn(stack("x") + many(2000, func(i int) string { return strings.Repeat(" ", i) + "a:\n" })).saying("levels deep"),
		"sequences in sequences":     cfn(stack("x") + "x: " + strings.Repeat("- ", 100_000) + "x\n"),
		"question marks":             cfn(stack("x") + strings.Repeat("? ", 100_000) + "x\n"),
		"many documents":             cfn(stack("x") + strings.Repeat("---\na: b\n", 200_000)),
		"a long key":                 cfn(stack("x") + strings.Repeat("k", 5_000_000) + ": x\n"),
		"a long line":                cfn(stack(`"` + strings.Repeat("é", 1_000_000) + `"`)),
		"many lines":                 cfn(stack("x") + strings.Repeat("#\n", 4_000_000)),
		"many nodes":                 cfn(stack("x") + "x: [" + strings.Repeat("a,", 2_000_000) + "]\n").saying("too large"),
		"tags in tags":               cfn(stack(strings.Repeat("!Sub ", 10_000) + "x")),
		"Sub that doubles":           cfn(stack(strings.Repeat(`!Sub ["${x}${x}", {x: `, 60) + "a" + strings.Repeat("}]", 60))),
		"Sub that doubles by name":   cfn("Parameters:\n  P: {Type: String, Default: " + strings.Repeat("x", 4000) + "}\n" + stack(`!Sub "`+strings.Repeat("${P}", 5000)+`"`)),
		"Join of Joins":              cfn(stack(strings.Repeat(`!Join ["", [&a`, 0) + `!Join ["` + strings.Repeat("x", 100_000) + `", [` + strings.Repeat("a, ", 10_000) + `a]]`)),
		"Split of a long text":       cfn(stack(`!Join ["", !Split [",", "` + strings.Repeat(",", 1_000_000) + `"]]`)),
		"Base64 in Base64":           cfn(stack(strings.Repeat("{Fn::Base64: ", 400) + "xxxxxxxxxx" + strings.Repeat("}", 400))),
		"Cidr of many":               cfn(stack(`!Join ["", !Cidr ["10.0.0.0/8", 1000000000, 8]]`)),
		"a FindInMap in a FindInMap": cfn("Mappings: {M: {a: {b: a}}}\n" + stack(strings.Repeat(`{"Fn::FindInMap": [M, `, 200)+"a"+strings.Repeat(", b]}", 200))),
		"If that doubles":            cfn(doubledConditions(100) + stack("!If [C99, a, b]")),
		"conditions in a circle":     cfn("Conditions:\n  A: !Not [!Condition B]\n  B: !Not [!Condition A]\n" + stack("!If [A, a, b]")),
		"many Ifs in a Join": cfn(doubledConditions(100) + stack("!Join ['-', ["+many(100, func(i int) string {
			return fmt.Sprintf("!If [C%d, a, !Ref AWS::NoValue], ", i)
		})+"x]]")),
		"many conditions on resources of a template": cfn(doubledConditions(60) + stack("x", many(60, func(i int) string {
			return fmt.Sprintf("  P%d:\n    Type: AWS::S3::BucketPolicy\n    Condition: C%d\n    Properties: {Bucket: !Ref Bucket, PolicyDocument: {Statement: []}}\n", i, i)
		}))),
		"loops in loops of a template": cfn("Resources:\n  Fn::ForEach::A:\n    - A\n    - [" + many(500, func(i int) string { return fmt.Sprintf("a%d, ", i) }) + "x]\n    - Fn::ForEach::B:\n        - B\n        - [" +
			many(500, func(i int) string { return fmt.Sprintf("b%d, ", i) }) + "x]\n        - K${A}${B}: {Type: AWS::KMS::Key}\n").saying("make more than 5000 copies"),
		"a loop over a large body":   cfn("Resources:\n  Fn::ForEach::A:\n    - A\n    - [" + many(4000, func(i int) string { return fmt.Sprintf("a%d, ", i) }) + "x]\n    - K${A}: {Type: AWS::KMS::Key, Properties: {Description: [" + strings.Repeat("${A}, ", 20_000) + "]}}\n"),
		"a loop that grows its text": cfn("Resources:\n  Fn::ForEach::A:\n    - A\n    - [" + many(50, func(i int) string { return strings.Repeat("x", 10_000) + fmt.Sprintf("%d, ", i) }) + "x]\n    - K${A}: {Type: AWS::KMS::Key, Properties: {Description: '" + strings.Repeat("${A}", 10_000) + "'}}\n"),
		"a loop over itself":         cfn("Resources:\n  Fn::ForEach::A: &a\n    - A\n    - [a, b]\n    - *a\n"),
		"GetAtt in a circle":         cfn(stack("x", "Outputs:\n  O: {Value: !Ref O}\n")),
		"exports in a circle":        cfn(stack("!ImportValue e", "Outputs:\n  O: {Value: !ImportValue e, Export: {Name: e}}\n")),
		"a template over the limit":  cfn(stack("x") + strings.Repeat("# comment\n", 2<<20)).saying("more than"),
		"many resources":             cfn(stack("x", many(20_000, func(i int) string { return fmt.Sprintf("  K%d: {Type: AWS::KMS::Key}\n", i) }))),
		"the same resource often":    cfn(stack("x", many(5_000, func(int) string { return "  K: {Type: AWS::KMS::Key}\n" }))),
		"a numeric overflow":         cfn(stack("1e999999999")),
		"UTF-16":                     cfn("\xff\xfeR\x00e\x00s\x00o\x00u\x00r\x00c\x00e\x00s\x00" + " AWS:: Resources"),
		"broken UTF-8":               cfn(stack("\"\xff\xfe\xc0\"")),
		"JSON brackets":              {files: map[string]string{"stack.json": `{"Resources": {"K": {"Type": "AWS::KMS::Key"}}, "x": ` + strings.Repeat("[", 1_000_000)}},
		"JSON objects in objects":    {files: map[string]string{"stack.json": `{"Resources": {"K": {"Type": "AWS::KMS::Key"}}, "x": ` + strings.Repeat(`{"a":`, 400_000)}},
	}
}

func doubledConditions(count int) string {
	return "Parameters:\n" + many(count, func(i int) string { return fmt.Sprintf("  P%d: {Type: String}\n", i) }) +
		"Conditions:\n  C0: !Equals [!Ref P0, x]\n" + many(count-1, func(i int) string {
		return fmt.Sprintf("  C%d: !Or [!And [!Equals [!Ref P%d, x], !Condition C%d], !And [!Condition C%d, !Equals [!Ref P0, z]]]\n", i+1, i+1, i, i)
	})
}

func doubledStacks(count int) repository {
	call := func(name string, i int) string {
		return fmt.Sprintf("  %s: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: s%d.yaml}}\n", name, i)
	}
	r := cfn(stack("x", call("N", 0)))
	for i := range count {
		r = r.with(fmt.Sprintf("s%d.yaml", i), "Resources:\n"+call("A", i+1)+call("B", i+1)+"  K: {Type: AWS::KMS::Key}\n")
	}
	return r.with(fmt.Sprintf("s%d.yaml", count), "Resources:\n  K: {Type: AWS::KMS::Key}\n")
}

// policy is a folder of policies, whose key policy has the statements.
func policy(statements string) repository {
	return repository{files: map[string]string{
		"policies/key.json":    `{"Version": "2012-10-17", "Statement": [` + statements + `]}`,
		"policies/bucket.json": `{"Statement": [{"Effect": "Allow", "Principal": {"Service": "cloudfront.amazonaws.com"}, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*", "Condition": {"StringEquals": {"AWS:SourceArn": "arn:aws:cloudfront::111122223333:distribution/E1"}}}]}`,
	}}
}

func policies() map[string]repository {
	statement := func(more string) string {
		return `{"Effect": "Allow", "Principal": {"Service": "cloudfront.amazonaws.com"}, "Action": "kms:Decrypt", "Resource": "*"` + more + `}`
	}
	list := func(count int, text string) string {
		return strings.TrimSuffix(many(count, func(i int) string { return strings.ReplaceAll(text, "#", fmt.Sprint(i)) + ", " }), ", ")
	}
	return map[string]repository{
		"many statements":            policy(list(20_000, statement(`, "Sid": "S#"`))),
		"many denials":               policy(list(5_000, `{"Effect": "Deny", "Principal": "*", "Action": "kms:*", "Resource": "*", "Condition": {"StringLike": {"aws:SourceArn": "*#*"}}}`)),
		"many principals":            policy(`{"Effect": "Allow", "Principal": {"AWS": [` + list(50_000, `"arn:aws:iam::111122223333:user/u#"`) + `]}, "Action": "kms:Decrypt", "Resource": "*"}`),
		"many OAIs":                  policy(`{"Effect": "Allow", "Principal": {"AWS": [` + list(20_000, `"arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E#"`) + `]}, "Action": "kms:Decrypt", "Resource": "*"}`),
		"many actions":               policy(`{"Effect": "Allow", "Principal": "*", "Action": [` + list(50_000, `"kms:*D#*"`) + `], "Resource": "*"}`),
		"many conditions":            policy(statement(`, "Condition": {` + list(2_000, `"StringLike": {"aws:SourceArn": "*#*", "aws:k#": ["a", "b"]}`) + `}`)),
		"many values":                policy(statement(`, "Condition": {"StringLike": {"aws:SourceArn": [` + list(50_000, `"arn:aws:cloudfront::*:distribution/#*"`) + `]}}`)),
		"stars":                      policy(`{"Effect": "Allow", "Principal": "*", "Action": "` + strings.Repeat("*k", 50_000) + `", "Resource": "` + strings.Repeat("*a", 50_000) + `b"}`),
		"stars against stars":        policy(statement(`, "Condition": {"StringLike": {"aws:SourceArn": "` + strings.Repeat("*?", 20_000) + `x"}, "ArnLike": {"aws:SourceArn": "arn:` + strings.Repeat("*:", 20_000) + `*"}}`)),
		"policy variables":           policy(statement(`, "Condition": {"StringLike": {"aws:SourceArn": "` + strings.Repeat("${aws:SourceArn}", 20_000) + `"}}`)),
		"deep JSON":                  policy(statement(`, "Condition": ` + strings.Repeat(`{"a":`, 100_000) + `1` + strings.Repeat(`}`, 100_000))),
		"big numbers in JSON":        policy(statement(`, "Condition": {"NumericEquals": {"aws:x": [1e999999999, -1e-999999999, ` + strings.Repeat("9", 100_000) + `]}}`)),
		"duplicate keys":             policy(`{` + list(50_000, `"Effect": "Allow"`) + `}`),
		"an IP range list":           policy(statement(`, "Condition": {"IpAddress": {"aws:SourceIp": [` + list(20_000, `"10.0.0.0/#"`) + `]}}`)),
		"a long Sid":                 policy(statement(`, "Sid": "` + strings.Repeat("x", 5_000_000) + `"`)),
		"escapes":                    policy(statement(`, "Sid": "` + strings.Repeat(`\ud800`, 100_000) + `"`)),
		"a policy over the limit":    policy(statement("")).with("policies/large.json", `{"Statement": [{"Effect": "Allow"}], "x": "`+strings.Repeat("x", 17<<20)+`"}`).saying("more than"),
		"JSON in JSON in a snapshot": {files: map[string]string{"snap/kms/get-key-policy/k.json": `{"Policy": "` + strings.Repeat(`{\"Policy\": `, 100_000) + `"}`}},
		"many policies":              manyPolicies(3_000),
	}
}

func manyPolicies(count int) repository {
	r := policy(`{"Effect": "Allow", "Principal": {"Service": "cloudfront.amazonaws.com"}, "Action": "kms:Decrypt", "Resource": "*"}`)
	for i := range count {
		r.files[fmt.Sprintf("policies/p%d.json", i)] = fmt.Sprintf(`{"Statement": [{"Effect": "Allow", "Principal": {"Service": "cloudfront.amazonaws.com"}, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b%d/*", "Condition": {"StringEquals": {"AWS:SourceArn": "arn:aws:cloudfront::111122223333:distribution/E%d"}}}]}`, i, i)
	}
	return r
}
