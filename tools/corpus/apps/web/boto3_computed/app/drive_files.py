from googleapiclient.discovery import build

drive = build("drive", "v3", developerKey="key", static_discovery=True)
print(drive.files().list(pageSize=3).uri.partition("?")[0])
sheets = build("sheets", "v4", developerKey="key")
print(sheets.spreadsheets().get(spreadsheetId="a").uri.partition("?")[0])
